"""How weights are found and judged: gradients, training, evaluation, experiments."""

from convexplain.training.descent import (
    CONFIGS,
    Epoch,
    RMSprop,
    Step,
    Training,
    TrainingConfig,
    train,
    training_set,
)
from convexplain.training.evaluation import Evaluation, as_batch, evaluate, evaluate_pictures
from convexplain.training.gradients import Backpropagation

__all__ = [
    "CONFIGS",
    "Backpropagation",
    "Epoch",
    "Evaluation",
    "RMSprop",
    "Step",
    "Training",
    "TrainingConfig",
    "as_batch",
    "evaluate",
    "evaluate_pictures",
    "train",
    "training_set",
]
