/**
 * Every word of the page in both languages, and how a template is filled.
 *
 * Rows, columns and filters count from 0. Chinese has full-width punctuation. Terms and sentences that
 * other views print, too, come with the file (DATA.words).
 *
 * @import { Language } from "./data.js"
 */

import { DATA } from "./data.js";

/** @type {Record<string, [string, string]>} */
export const WORDS = {
  // Title, toolbar
  title: ["Convolution, cell by cell", "逐格看懂卷积"],
  skip: ["Skip to the maps", "跳到特征图"],
  toolbar: ["Controls", "控制"],
  play: ["Play", "播放"],
  pause: ["Pause", "暂停"],
  stepBack: ["Step back", "上一步"],
  stepOn: ["Step forward", "下一步"],
  speed: ["Speed", "速度"],
  perSecond: ["{n}/s", "{n} 格/秒"],
  mode: ["Mode", "模式"],
  explore: ["Explore", "探索"],
  predict: ["Predict", "先猜再看"],
  compare: ["Compare", "对比"],
  erase: ["Take away", "去掉"],
  windows: ["Windows", "窗口实验"],
  dark: ["Dark", "深色"],
  light: ["Light", "浅色"],
  otherLanguage: ["中文", "EN"],
  help: ["Help", "帮助"],
  close: ["Close", "关闭"],

  // Columns
  network: ["The network", "网络"],
  pixels: ["{n} pixels", "{n} 个像素"],
  range: [" (0–{last})", "（0–{last}）"],
  unitsOf: ["units 0–{last}", "单元 0–{last}"],
  feedsAll: ["all {n} maps →", "读入全部 {n} 张图 →"],
  feedsOne: ["each map alone →", "逐张读入 →"],
  feedsEach: ["each number alone →", "逐个读入 →"],
  feedsPicture: ["the picture →", "读入整幅图 →"],
  feedsNumbers: ["all {n} numbers →", "读入全部 {n} 个数 →"],
  allMaps: ["{layer}: all {n} maps", "{layer}：全部 {n} 张图"],
  channelName: ["{layer}, channel {n}", "{layer}，通道 {n}"],
  cellName: ["{map}, row {row}, column {col}: {value}", "{map}，行 {row}、列 {col}：{value}"],
  pixelName: ["Pixel, row {row}, column {col}: {value}", "像素，行 {row}、列 {col}：{value}"],
  barName: ["{k}: {p}", "{k}：{p}"],
  over: ["over {p}", "大于 {p}"],
  under: ["under {p}", "小于 {p}"],
  percentWord: ["{n} percent", "百分之 {n}"],
  hiddenNumber: ["hidden", "已隐藏"],

  // Colour scales
  scale: ["Scale:", "色标："],
  scaleGroup: ["One colour scale a layer, or one a map", "每层一个色标，或每张图一个色标"],
  scaleLayer: ["layer", "每层"],
  scaleMap: ["map", "每张"],
  scaleHint: ["Colour scale of {layer}: {low} to {high}", "{layer} 的色标：{low} 到 {high}"],

  // Digit controls
  choose: ["Choose a digit", "选一个手写数字"],
  choosePicture: ["Pick a picture", "选一张图片"],
  channelPixel: ["{colour}: {n} of 255", "{colour}：{n}（最大 255）"],
  readAs: ["The network reads it as {n}.", "网络读到的数是 {n}。"],
  red: ["red", "红"],
  green: ["green", "绿"],
  blue: ["blue", "蓝"],
  digit: ["Digit {n}", "手写数字 {n}"],
  draw: ["Draw", "手写"],
  done: ["Done", "完成"],
  clear: ["Clear", "清空"],
  undo: ["Undo", "撤销"],
  another: ["Another", "换一个"],
  shift: ["Shift", "平移"],
  left: ["left", "左移"],
  right: ["right", "右移"],
  up: ["up", "上移"],
  down: ["down", "下移"],
  shifted: ["{way} {n}", "{way} {n} 格"],
  shiftLeft: ["Shift left", "向左平移"],
  shiftRight: ["Shift right", "向右平移"],
  shiftUp: ["Shift up", "向上平移"],
  shiftDown: ["Shift down", "向下平移"],
  centre: ["Back to its place", "移回平移前"],
  noise: ["Noise", "噪声"],
  picture: ["Picture", "图片"],
  pictureHint: ["Open a picture; you can also paste or drop one", "打开图片；也可以粘贴或拖入"],
  rubber: ["Rubber", "橡皮"],
  drawHint: ["Write a digit on the sheet.", "在纸上写一个 0 到 9 的数字。"],

  // Overview
  step1Picture: ["Choose a picture.", "选一张图片。"],
  step1: ["Choose a digit.", "选一个手写数字。"],
  step2: ["Point at any cell.", "指向任意一格。"],
  step2Touch: ["Tap any cell.", "点一下任意一格。"],
  step3: ["See how its number is made.", "看这个数怎样算出来。"],
  twoNetworks: ["Two networks, one digit", "两个网络，同一个手写数字"],
  thisNetwork: ["This convnet", "这个卷积网络"],
  otherNetwork: ["This network", "这个网络"],
  theCnn: ["this convnet", "卷积网络"],
  theOther: ["this network", "这个网络"],
  whichChanges: ["Shift the digit. Which one changes its answer?", "平移手写数字，哪个网络会改变预测？"],

  shiftIt: ["Shift it: {way}", "{way}试试"],
  explainWord: ["What is this: {word}?", "这是什么：{word}？"],
  glossary: ["Words", "术语"],
  kind: ["Kind", "类型"],
  size: ["Size", "尺寸"],
  lessonNamed: ["Lesson: {name}", "课程：{name}"],
  lessonHint: ["A lesson's video is made by", "生成课程视频的命令："],
  belowZero: ["below 0", "负数"],
  aboveZero: ["above 0", "正数"],
  windowAndCell: ["window and cell", "窗口与格"],

  // Tour
  tourStart: ["Show me around", "带我看看"],
  tourTake: ["Take the tour", "开始导览"],
  tourNext: ["Next", "下一步"],
  tourPrevious: ["Back", "上一步"],
  tourSkip: ["Skip", "跳过"],
  tourPlace: ["{n} of {count}", "{n}/{count}"],
  tourDigit: [
    "A handwritten {k}: {rows} × {cols} numbers, 0 is paper, 1 is ink. The network gets nothing else.",
    "一个手写的 {k}：{rows} × {cols} 个数，0 是纸面，1 是笔画。网络只读到这些。",
  ],
  tourPicture: [
    "A picture: {rows} × {cols} pixels, each a number. The network gets nothing else.",
    "一张图片：{rows} × {cols} 个像素，每个都是数。网络只读到这些。",
  ],
  tourWindow: [
    "A window of {n} numbers makes one number of {layer}: {v}. Its arithmetic is below the maps.",
    "{n} 个数的窗口算出 {layer} 的一个数：{v}。算式在图的下方。",
  ],
  tourUnit: [
    "All numbers together make one number of {layer}: {v}. Its arithmetic is below the maps.",
    "全部的数算出 {layer} 的一个数：{v}。算式在图的下方。",
  ],
  tourSlide: [
    "The window slides on, with the same weights everywhere: each stop fills one cell.",
    "窗口继续滑动，权重处处相同：每停一处，算出一格。",
  ],
  tourDeep: [
    "A cell of {layer} adds up {n} maps, and so depends on {rows} × {cols} pixels.",
    "{layer} 的一格把 {n} 张图相加，因此依赖 {rows} × {cols} 个像素。",
  ],
  tourBack: [
    "Where does its number come from? A click on a product walks one layer back, down to the pixels.",
    "这个数从哪里来？点击一个乘积，回溯一层，直到像素。",
  ],
  tourShift: [
    "Shifted {way}, {name} says {k} and the dense network says {j}. Try other digits, and draw your own.",
    "{way}后，{name} 预测为 {k}，全连接网络预测为 {j}。换别的手写数字，或者自己写一个试试。",
  ],
  tourAnswer: [
    "In the end the largest logit wins: {k}. {activation} turns logits into probabilities.",
    "最后 logit 最大的一类胜出：{k}。{activation} 把 logit 变成概率。",
  ],

  changed: ["Changed: {what}", "已改：{what}"],
  oneKernel: ["{n} kernel", "{n} 个卷积核"],
  manyKernels: ["{n} kernels", "{n} 个卷积核"],
  oneCell: ["{n} cell", "{n} 格"],
  manyCells: ["{n} cells", "{n} 格"],
  onePatch: ["{n} patch", "{n} 处擦除"],
  manyPatches: ["{n} patches", "{n} 处擦除"],

  // Panel
  cellTitle: ["{map}: row {row}, column {col}", "{map}：行 {row}、列 {col}"],
  unitTitle: ["{layer}, unit {n}", "{layer}，单元 {n}"],
  answerTitle: ["Answer {k}: logit and probability", "类别 {k}：logit 与概率"],
  pixelTitle: ["Input: row {row}, column {col}", "输入：行 {row}、列 {col}"],
  crumb: ["{layer}, {n}", "{layer}，{n}"],
  crumbAnswer: ["Answer {k}", "类别 {k}"],
  trail: ["The way back", "回溯路径"],
  back: ["Back to all maps", "返回全部通道"],
  walkTo: ["Walk back to {layer}", "回溯到 {layer}"],
  walkToInput: ["Walk back to the input", "回溯到输入"],
  pinHint: ["Click to keep this cell", "点击可固定这一格"],
  window: ["Window on the input", "输入中的窗口"],
  windowOn: ["{layer}, channel {n}", "{layer}，通道 {n}"],
  kernelEdit: ["Kernel (click to edit)", "卷积核（点击可改）"],
  kernelFor: ["Kernel for channel {n}", "通道 {n} 的卷积核"],
  edited: ["edited", "已修改"],
  reset: ["Reset", "还原"],
  classic: ["Classic kernels", "经典卷积核"],
  trainedKernel: ["trained", "训练所得"],
  weightName: ["Weight, row {row}, column {col}", "权重，行 {row}、列 {col}"],
  productName: ["{patch} × {weight} = {product}: walk back", "{patch} × {weight} = {product}：回溯"],
  cellByCell: ["cell by cell", "逐元素"],
  sumOf: ["Sum of the {n} products", "{n} 个乘积之和"],
  before: ["before {activation}: z", "{activation} 前的值 z"],
  rounded: [
    "Rounded to 2 decimals; sums use full precision.",
    "四舍五入到两位小数，求和按完整精度。",
  ],
  roundedOnly: ["Rounded to 2 decimals.", "四舍五入到两位小数。"],
  largest: ["Largest of {n} channels", "{n} 个通道中贡献最大的"],
  everyOf: ["All {n} channels", "全部 {n} 个通道"],
  others: ["{n} others", "其余 {n} 个"],
  fewer: ["Show the largest only", "只看最大的"],
  combined: ["value × weight, and their product", "数值 × 权重，以及乘积"],
  zeroedHere: ["This cell was set to 0.", "这一格已设为 0。"],

  // Pool
  largestWins: ["The largest wins", "取最大值"],
  averageOf: ["The average", "取平均值"],
  noParameters: ["Max pooling has no parameters: it only picks.", "最大池化没有参数，只做挑选。"],
  noParametersAverage: ["Average pooling has no parameters.", "平均池化没有参数。"],
  dropped: ["The other {n} numbers are dropped.", "其余 {n} 个数被丢掉。"],
  winner: ["The winner is framed.", "胜出的一格加了框。"],
  clickWinner: ["Click it to walk back.", "点击它回溯一层。"],
  tie: ["A tie: the first in reading order wins.", "有并列时，取从左到右、从上到下的第一个。"],
  allZero: ["All {n} are 0.", "{n} 个数都是 0。"],
  channelsAlone: ["Each channel is pooled alone.", "各通道分别池化。"],
  divided: ["{sum} divided by {n}", "{sum} 除以 {n}"],

  // One number at a time
  lessMean: ["− mean {n}", "− 均值 {n}"],
  overSpread: ["÷ √(variance + ε) = {n}", "÷ √（方差 + ε）= {n}"],
  sayNormalization: [
    "Less the channel's mean, over its spread, then scaled and shifted: all by numbers from training.",
    "减去通道的均值，除以标准差，再缩放、平移；这些数都来自训练。",
  ],
  timesScale: ["× scale {n}", "× 缩放系数 {n}"],
  offset: ["offset", "偏移"],
  sayActivation: ["{activation} of one number: one new number.", "{activation} 作用于一个数，得到一个新数。"],
  sayActivationAll: ["{activation} of all channels at this place.", "{activation} 作用于这一位置的全部通道。"],
  sayRescaling: ["Each number times a scale, plus an offset: nothing here is learned.", "每个数乘以缩放系数，再加偏移；这里没有要学习的参数。"],
  sayPadding: ["Zeros are put around each map; its numbers only move.", "在每张图四周补 0，图中的数只是移了位置。"],
  sayAdd: ["{n} layers' numbers at this place, added up: there is nothing to learn here.", "把 {n} 层在这一位置的数相加；这里没有要学习的参数。"],
  sayConcatenate: ["The maps of {n} layers, one behind the other: this number comes from {layer}.", "把 {n} 层的图依次排在一起；这个数来自 {layer}。"],
  sayPaddingZero: ["A zero of the padding: nothing is read here.", "填充的 0：这里没有读取任何数。"],

  // Dense
  largestInputs: ["Largest of {n} inputs", "{n} 个输入中贡献最大的"],
  inputName: ["{layer}[{row}, {col}, {n}]", "{layer}[{row}, {col}, {n}]"], // as output[row, col, n]
  pixelAt: ["input[{row}, {col}]", "input[{row}, {col}]"],
  theseFew: ["these {n}", "以上 {n} 项"],
  otherInputs: ["{n} other inputs", "其余 {n} 个输入"],
  logitOf: ["logit of {k}", "{k} 的 logit"],
  softmax: ["Softmax: from logits to probabilities", "softmax：从 logit 到概率"],
  unit: ["digit", "类别"],
  classWord: ["class", "类别"],
  logit: ["logit z", "logit z"],
  lessMax: ["z − max", "z − max"],
  power: ["e^(z − max)", "e^(z − max)"],
  share: ["÷ sum", "÷ 总和"],

  // Captions
  sayConv: [
    "{N} pixels, {n} weights, one sum, plus the bias, through {activation}: one new number.",
    "{N} 个像素分别乘以 {n} 个权重，求和，加偏置，再经过 {activation}，得到一个数。",
  ],
  sayConvLinear: [
    "{N} numbers, {n} weights, one sum, plus the bias: one new number.",
    "{N} 个数分别乘以 {n} 个权重，求和，加偏置，得到一个数。",
  ],
  sayChannels: [
    "{n} channels add up, plus the bias, to the value before {activation}.",
    "{n} 个通道的结果相加，再加偏置，得到 {activation} 前的值。",
  ],
  sayChannelsLinear: [
    "{n} channels, plus the bias, add up to this one number.",
    "{n} 个通道的结果相加，再加偏置，得到这个数。",
  ],
  clickProduct: ["Click a product: one layer back.", "点击一个乘积，回溯一层。"],
  tapProduct: ["Tap a product twice: one layer back.", "点击一个乘积两次，回溯一层。"],
  sayMaxPool: ["Max pooling keeps the largest of {n} numbers.", "最大池化：{n} 个数里只留最大值。"],
  sayAveragePool: ["Average pooling keeps the mean of {n} numbers.", "平均池化：{n} 个数取平均值。"],
  sayDense: [
    "Each of the {n} inputs has a weight of its own; their products add up to one number.",
    "{n} 个输入各有自己的权重，乘积相加得到一个数。",
  ],
  sayAnswer: [
    "The largest logit wins. Softmax sees only differences: z − max.",
    "logit 最大的一类胜出；softmax 只看 logit 之差 z − max。",
  ],
  sayPixel: [
    "A pixel of the picture: here the way back ends.",
    "图中的一个像素：回溯到此为止。",
  ],
  sayUnread: [
    "{later} never reads this cell: it changes nothing in the answer.",
    "{later} 从不读取这一格，它不影响预测。",
  ],
  sayUnused: [
    "What {later} makes of this cell is read no further: it changes nothing in the answer.",
    "{later} 由这一格算出的值，后面不再读取，它不影响预测。",
  ],
  pixelOf: ["{n} of 255", "灰度值 {n}（最大 255）"],
  readBy: ["{layer} reads it in {n} windows.", "{layer} 有 {n} 个窗口读取它。"],
  inkOf: ["0 is paper, 1 is ink.", "0 是纸面，1 是笔画。"],

  // Predict
  addedReply: ["A pixel and its weight are multiplied; only the products are added.", "像素和权重是相乘；乘积才相加。"],
  lostChannelReply: ["The products on the screen belong to the sum, too.", "页面上的这些乘积也要加进去。"],
  lostOthersReply: ["All channels are added, not only the one on the screen.", "所有通道都要相加，不只是页面上这一个。"],
  lostLayerReply: ["All layers' numbers are added, not only the largest kept.", "各层的数都要相加，不是只留最大的一个。"],
  averagedReply: ["The numbers are added; nothing divides their sum.", "把数相加即可，和不再除以个数。"],
  multipliedReply: ["The numbers are added, not multiplied.", "这些数是相加，不是相乘。"],
  keptLargestReply: ["That is max pooling: an average takes every number in.", "那是最大池化；平均要算上每一个数。"],
  undividedReply: ["The sum is divided by how many numbers the window holds.", "和要除以窗口里数的个数。"],
  halvedEndsReply: ["Every number counts, not only the smallest and the largest.", "每个数都要算，不只是最小和最大的两个。"],
  keptMeanReply: ["First the channel's mean is taken off.", "先要减去这个通道的均值。"],
  multipliedSpreadReply: ["The spread divides, it does not multiply.", "这里要除以 √（方差 + ε），不是相乘。"],
  noGammaReply: ["What was normalized is multiplied by γ.", "归一化之后还要乘以 γ。"],
  noBetaReply: ["In the end β is added.", "最后还要加上 β。"],
  offsetFirstReply: ["First the scale, then the offset.", "先乘缩放系数，再加偏移。"],
  noOffsetReply: ["The offset is added, too.", "偏移也要加上。"],
  noScaleReply: ["The number is multiplied by the scale first.", "先要乘以缩放系数。"],
  lostInputsReply: ["The inputs on the screen belong to the sum, too.", "页面上列出的这些输入也要加进去。"],
  lostRestReply: ["All inputs are added, not only the largest ones.", "所有输入都要相加，不只是最大的几个。"],
  zeroedReply: ["ReLU makes negative numbers 0 and leaves the others as they are.", "ReLU 把负数变成 0，其余不变。"],
  askCell: ["What does this cell become? Predict first, then reveal.", "这一格会变成多少？先猜，再揭晓。"],
  askProduct: ["What is this product?", "这个乘积是多少？"],
  askSum: ["What is the sum, plus the bias?", "求和再加偏置，是多少？"],
  askWinner: ["Which number does the pool keep?", "池化会留下哪个数？"],
  askAnswer: ["Which digit does the network say?", "网络会判为哪一类？"],
  notAsked: ["Of this cell nothing is asked: choose one of another layer.", "这一格没有题目：请选其他层的一格。"],
  pinFirst: ["Choose a cell of a map first: click it, or press Enter on it.", "请先选定特征图中的一格：点击它，或在它上面按回车。"],
  yourGuess: ["Your guess", "你的猜测"],
  hide: ["Hidden:", "隐藏："],
  hideProduct: ["a product", "一个乘积"],
  hideSum: ["the sum", "和"],
  hideOutput: ["the output", "输出"],
  hideWinner: ["the winner", "最大值"],
  hideAnswer: ["the answer", "预测"],
  reveal: ["Reveal", "揭晓"],
  listed: ["; ", "；"],
  again: ["Hide again", "重新隐藏"],
  rightGuess: ["{letter} it is.", "正是 {letter}。"],
  wrongGuess: ["It is {letter}, not {guess}.", "是 {letter}，不是 {guess}。"],
  itIs: ["It is {letter}.", "正确的是 {letter}。"],

  // Compare
  howSure: ["How sure is each network that this is a {k}?", "两个网络判为 {k} 的概率各是多少？"],
  sameAnswer: ["same answer as unshifted", "预测未变"],
  changedAnswer: ["changed its answer", "预测已变"],
  inkCut: ["ink leaves the frame", "笔画移出画面"],
  horizontally: ["left and right", "左右"],
  vertically: ["up and down", "上下"],
  tryDense: ["Only {name} holds:", "只有 {name} 不变："],
  tryBoth: ["Where {name} fails, too:", "{name} 也会错："],
  saySame: ["both networks say {k}.", "两个网络都预测为 {k}。"],
  sayBoth: ["{name} says {k}, the dense network says {j}.", "{name} 预测为 {k}，全连接网络预测为 {j}。"],
  unmoved: ["In its place:", "平移前："],
  movedBy: ["Shifted {way}:", "{way}："],
  onTest: [
    "On the 10,000 test digits, shifted {n}: convnet {a} right, dense network {b}.",
    "10,000 个测试样本平移 {n} 个像素：卷积网络正确 {a}，全连接网络 {b}。",
  ],

  // Take away
  sayErase: [
    "Click on the input to erase a patch, or on a map's cell to set it to 0. What becomes of the answer?",
    "点击输入图擦去一小块，或点击特征图的一格把它设为 0。预测会怎样？",
  ],
  withoutIt: ["Without it", "去掉之后"],
  withIt: ["Before", "去掉之前"],
  patchSize: ["Patch", "擦除范围"],
  giveBack: ["Give back", "全部还原"],
  taken: ["Taken away", "已去掉"],
  nothingTaken: ["Nothing yet.", "还没有去掉任何东西。"],
  takenPatch: ["input: rows {top}–{bottom}, columns {left}–{right}", "输入：行 {top}–{bottom}、列 {left}–{right}"],
  takenMore: ["and {n} more", "以及另外 {n} 项"],
  networkSays: ["{name} says {k}: {p}.", "{name} 预测为 {k}：{p}。"],
  answerKept: ["The answer stays {k}: {a} before, {b} now.", "预测仍为 {k}：之前 {a}，现在 {b}。"],
  answerLeads: [
    "The answer stays {k}, {a}. How far its logit is ahead: {x} before, {y} now.",
    "预测仍为 {k}：{a}。它的 logit 领先第二名：之前 {x}，现在 {y}。",
  ],
  answerChanged: ["The answer was {k} ({a}); now it is {j} ({b}).", "预测原为 {k}（{a}），现在是 {j}（{b}）。"],

  // Playground
  playground: ["Windows on this picture", "在这张图上试窗口"],
  operation: ["Operation", "运算"],
  "op-conv": ["convolution", "卷积"],
  "op-transposed": ["transposed convolution", "转置卷积"],
  "op-max": ["max pooling", "最大池化"],
  "op-average": ["average pooling", "平均池化"],
  windowSize: ["window", "窗口"],
  stride: ["stride", "步幅"],
  dilation: ["dilation", "膨胀率"],
  oneRow: ["one row only", "只取一行"],
  outputMap: ["Output", "输出"],
  outputSize: ["size", "尺寸"],
  roundedDown: ["{n}, rounded down: ", "{n}，向下取整："],
  ones: ["ones", "全是 1"],
  oneNumber: ["One number", "一个数"],
  painted: ["It paints", "画出的数"],
  thisStamp: ["this stamp", "这个印章"],
  otherStamps: ["other stamps: {n}", "其余印章：{n} 个"],
  framedCell: ["the framed cell", "框出的一格"],
  stampsACell: ["Stamps a cell, inside: {n}", "内部每格的印章数：{n}"],
  lost: ["Hatched: outside of the output, lost.", "斜线：在输出之外，舍去。"],
  nothingLeft: ["The padding takes all of the output away: take less.", "填充把输出全部去掉了：请减小填充。"],
  readHere: ["What it reads", "读取的数"],
  timesKernel: ["kernel, cell by cell", "卷积核 逐元素"],
  timesWeights: ["each weight", "每个 权重"],
  cellAt: ["row {row}, column {col}", "行 {row}、列 {col}"],
  tooLarge: [
    "The window is larger than the picture: take a smaller one, less dilation, or padding.",
    "窗口比图片大：请减小窗口或膨胀率，或者加填充。",
  ],
  sayPlayConv: ["The same weights at every stop.", "每停一处，权重都一样。"],
  sayPlayStamp: ["Each number paints a patch; overlaps add up.", "每个数画出一块，重叠处相加。"],
  sayPlayPool: ["One number of each window.", "每个窗口得到一个数。"],
  sayPlaySize: ["{from} becomes {to}:", "{from} 变成 {to}："],

  // Help
  helpTitle: ["Help", "帮助"],
  letters: ["Single letters are shortcuts", "单个字母键作为快捷键"],
  countsFrom: ["Rows, columns and filters are counted from 0.", "行、列和过滤器的编号从 0 开始。"],
  copyLink: ["Copy the link to this cell", "复制这一格的链接"],
  copied: ["Copied.", "已复制。"],
  linkWord: ["Link", "链接"],
  copiedFile: [
    "Copied. It leads to a file on this machine: send the file along, or write the page with --url.",
    "已复制。链接指向本机的文件：请把文件一起发出，或用 --url 写出页面。",
  ],
  keyArrows: ["move the cell in the map", "在图中移动到相邻格"],
  keyEnter: ["keep the cell; on a product: walk back", "固定这一格；在乘积上：回溯一层"],
  keyEsc: ["pause, then back to all maps", "暂停，再返回全部通道"],
  keyBackspace: ["one step back along the trail", "沿回溯路径退一步"],
  keySpace: ["play or pause (on a map)", "播放或暂停（在图上）"],
  keyPage: ["previous, next map of the layer", "本层上一张、下一张图"],
  keyHome: ["ends of the row; with Ctrl: corners of the map", "行首、行尾；加 Ctrl：图的角"],
  keyComma: ["step back, step forward", "上一步、下一步"],
  keyShift: ["shift the digit one pixel", "把手写数字平移一个像素"],
  keyDigits: ["choose that digit", "选择这个手写数字"],
  keyModes: ["explore, predict, compare, take away, windows", "探索、先猜再看、对比、去掉、窗口"],
  keyEdit: ["edit the kernel", "修改卷积核"],
  keyReveal: ["reveal (predict)", "揭晓（先猜再看）"],
  keyLook: ["language, theme, colour scale", "语言、主题、色标"],
  keyHelp: ["this help", "打开本帮助"],
};

/** @type {Language} */
let chosen = "en";
// A finger taps; Chinese has one word for both.
const FINGER = matchMedia("(hover: none)");

/** Choose the language of `say`. @param {Language} lang */
export function useLanguage(lang) {
  chosen = lang;
}

/** The language in use. */
export function languageInUse() {
  return chosen;
}

/**
 * A word or sentence in the language in use.
 *
 * @param {string} key  of WORDS, or of the sentences that came with the file
 * @param {Record<string, unknown>} values  for the fields in braces
 */
export function say(key, values = {}) {
  const entry = WORDS[key];
  const template = entry ? entry[chosen === "zh" ? 1 : 0] : DATA.words[key]?.[chosen];
  if (template === undefined) throw new RangeError(`there are no words for ${key}`);
  const told = FINGER.matches ? template.replace(/\b([Cc])lick\b/g, (_, c) => (c === "C" ? "Tap" : "tap")) : template;
  const text = told.replace(/\{(\w+)\}/g, (_, name) => {
    if (!(name in values)) throw new RangeError(`the words for ${key} lack ${name}`);
    return String(values[name]).replace(/^-/, "\u2212");
  });
  // A space stands around Latin names and numbers; between Chinese characters there is none.
  return chosen === "zh" ? text.replace(/([\u4e00-\u9fff]) (?=[\u4e00-\u9fff])/g, "$1") : text;
}

/** @type {Record<string, string>} */
const COUNTED = { 1: "one", 2: "two", 3: "three", 4: "four", 6: "six", 8: "eight", 9: "nine" };

/** A small count as a sentence has it: "nine" in English, 9 in Chinese. @param {number} n */
export function spelled(n) {
  return chosen === "zh" ? String(n) : COUNTED[n] ?? String(n);
}

/** The same at the beginning of a sentence: "Nine". @param {number} n */
export function spelledFirst(n) {
  const word = spelled(n);
  return word[0].toUpperCase() + word.slice(1);
}

/** @type {Record<string, string>} */
const ACTIVATIONS = {
  linear: "", relu: "ReLU", leaky_relu: "leaky ReLU", relu6: "ReLU6", elu: "ELU", silu: "SiLU", gelu: "GELU",
  gelu_tanh: "GELU", hard_swish: "hard swish", log_softmax: "log softmax",
};

/** How an activation function is called; "" if there is none. @param {string} activation  "elu(0.5)" */
export function activationName(activation) {
  const [base, own] = activation.split(/[()]/);
  const name = ACTIVATIONS[base] ?? base;
  return own === undefined ? name : `${name} (${own})`;
}

/** What a class is called. @param {number} k */
export function className(k) {
  return DATA.classes === null ? String(k) : DATA.classes[k][chosen];
}

/** What stands between sentences. */
export function gap() {
  return chosen === "zh" ? "" : " ";
}
