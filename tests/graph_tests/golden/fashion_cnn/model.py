"""Fashion cnn, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """image [N, 1, 28, 28] -> logits [N, 10]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm2d(32)
        self.conv_2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.norm_2 = nn.BatchNorm2d(64)
        self.dropout = nn.Dropout(0.4)
        self.hidden = nn.Linear(3136, 128)
        self.logits = nn.Linear(128, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = self.conv(image)  # [N, 32, 28, 28]
        x = F.relu(self.norm(x))  # [N, 32, 28, 28]
        x = F.max_pool2d(x, kernel_size=2)  # [N, 32, 14, 14]
        x = self.conv_2(x)  # [N, 64, 14, 14]
        x = F.relu(self.norm_2(x))  # [N, 64, 14, 14]
        x = F.max_pool2d(x, kernel_size=2)  # [N, 64, 7, 7]
        x = x.flatten(1)  # [N, 3136]
        x = self.dropout(x)  # [N, 3136]
        x = F.relu(self.hidden(x))  # [N, 128]
        return self.logits(x)  # [N, 10]
