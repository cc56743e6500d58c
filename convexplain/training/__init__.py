"""How weights are found and judged: gradients, training, evaluation, experiments."""

from convexplain.training.descent import (
    RECIPES,
    Epoch,
    Recipe,
    RMSprop,
    Step,
    Training,
    train,
    training_set,
)
from convexplain.training.evaluation import Evaluation, as_batch, evaluate
from convexplain.training.gradients import Backpropagation

__all__ = [
    "RECIPES",
    "Backpropagation",
    "Epoch",
    "Evaluation",
    "RMSprop",
    "Recipe",
    "Step",
    "Training",
    "as_batch",
    "evaluate",
    "train",
    "training_set",
]
