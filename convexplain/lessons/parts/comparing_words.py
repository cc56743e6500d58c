"""What the lesson that compares two networks says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

MISTAKES_TITLE = Caption(en="Their mistakes", zh="各自的错误")
WHY_TITLE = Caption(en="Why fewer mistakes?", zh="错误为什么更少？")
PLACES = Caption(
    en="Counted place by place: how often each kernel weight meets ink.",
    zh="逐处数一数：卷积核的每个权重遇到几次墨迹。",
)
ONCE = Caption(
    en="One digit: {m} examples for each kernel weight, one or none for a template's.",
    zh="一个样本：卷积核的权重各得 {m} 例，模板的最多一例。",
)
DENSE = Caption(
    en="So the convnet should need fewer digits. Both are trained briefly.",
    zh="那么卷积网络需要的样本应该更少。两者都短暂训练。",
)
HOW_MANY = Caption(
    en="How many digits does the convnet need to do better?",
    zh="卷积网络要做得更好，需要多少样本？",
)
MORE_THAN = Caption(
    en="{n} digits are too few. How many does the convnet need?",
    zh="{n} 个样本太少。卷积网络需要多少？",
)
TOO_FEW = Caption(en="Too few: it misreads {p}.", zh="太少了：认错 {p}。")
FEWER_DO = Caption(
    en="Fewer will do: each shows a kernel {n} windows.", zh="用不了这么多：每个样本有 {n} 个窗口。"
)
MORE = Caption(
    en="The convnet, trained just as briefly, on more and more digits.",
    zh="卷积网络同样短暂训练，样本越来越多。",
)
BEAT = Caption(
    en="{d} digits beat the dense network's {m}.", zh="{d} 个样本胜过全连接网络的 {m} 个。"
)
FROM = Caption(
    en="Not even {d} digits beat the dense network's {m}.",
    zh="{d} 个样本也没有胜过全连接网络的 {m} 个。",
)
CONTROL_TITLE = Caption(en="A control: shuffled pixels", zh="对照实验：打乱像素")
CURVES = Caption(en="Fewer training digits", zh="训练样本更少时")
LOOKS = Caption(
    en="One looks at {a} pixels everywhere, one at all {b} at once.",
    zh="一个到处看 {a} 个像素，一个一次看 {b} 个。",
)
LEARNED = Caption(
    en="The convnet learned small patterns, the dense network whole templates.",
    zh="卷积网络学到小模式，全连接网络学到整幅模板。",
)
PARAMETERS = Caption(en="The convnet has {w}% of the parameters.", zh="卷积网络的参数只有 {w}%。")
STREAM = Caption(
    en="{n} test digits: what is misread lights up.", zh="{n} 个测试样本：认错的亮起来。"
)
EACH = Caption(en="Each cell is a test digit.", zh="每格是一个测试样本。")
COUNTED = Caption(
    en="Fully trained, the convnet misreads {p}, the dense network {q}.",
    zh="充分训练：卷积网络认错 {p}，全连接 {q}。",
)
SHUFFLE = Caption(
    en="Shuffle the pixels of every digit the same way; train anew.",
    zh="所有图的像素按同一方式打乱，重新训练。",
)
WINDOWS = Caption(
    en="What a {size} window sees, in place and shuffled.", zh="{size} 的窗口，打乱前后看到什么。"
)
WHO = Caption(en="Who gets worse?", zh="谁会变差？")
ONLY_CNN = Caption(en="the convnet alone", zh="只有卷积网络")
ONLY_DENSE = Caption(en="the dense network alone", zh="只有全连接网络")
BOTH = Caption(en="both of them", zh="两个都变差")
NEITHER = Caption(en="neither", zh="都不变差")
DENSE_LOSES = Caption(en="The dense network loses, too.", zh="全连接网络也会变差。")
ANY_ORDER = Caption(en="It reads its numbers in any order.", zh="它按什么顺序读这些数都一样。")
NEVER_KNEW = Caption(
    en="The dense network never knew who is whose neighbour: nothing changes for it.",
    zh="全连接网络从来不知道谁和谁相邻：对它来说什么都没变。",
)
NEIGHBOURS = Caption(
    en="A small window needs neighbours that belong together.",
    zh="小窗口需要相邻的像素本来就相关。",
)
ANEW = Caption(
    en="Trained anew, for {n} steps only: their mistakes.",
    zh="重新训练，但只训练 {n} 步：各自的错误。",
)
ONLY = Caption(
    en="The convnet alone: {b} instead of {a}. To the dense network no pixel has neighbours.",
    zh="只有卷积网络：{a} → {b}。全连接网络不知道谁和谁相邻。",
)
CONTROL = Caption(
    en="Misread: convnet {a} → {b}, dense network {c} → {d}.",
    zh="认错：卷积网络 {a} → {b}，全连接网络 {c} → {d}。",
)
FEWER = Caption(
    en="Trained for {n} steps: on few digits, then on more.",
    zh="各训练 {n} 步：先用少量样本，再逐渐增多。",
)
GROWS = Caption(
    en="The fewer digits, the larger the lead: {a} misread against {b} with {d}.",
    zh="样本越少，领先越多：{d} 个时，认错 {a} 比 {b}。",
)
FEW = Caption(
    en="With {d} digits: {a} of the test misread against {b}.",
    zh="只学 {d} 个样本：认错 {a} 对 {b}。",
)
WORK = Caption(en="The price: {m} times the multiplications.", zh="代价：乘法次数是 {m} 倍。")
