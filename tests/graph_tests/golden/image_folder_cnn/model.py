"""Image folder cnn, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """image [N, 3, 64, 64] -> logits [N, 2]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.conv_2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.norm_2 = nn.BatchNorm2d(32)
        self.conv_3 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.norm_3 = nn.BatchNorm2d(64)
        self.dropout = nn.Dropout(0.3)
        self.logits = nn.Linear(64, 2)

    def forward(self, image: Tensor) -> Tensor:
        x = self.conv(image)  # [N, 16, 64, 64]
        x = F.relu(self.norm(x))  # [N, 16, 64, 64]
        x = F.max_pool2d(x, kernel_size=2)  # [N, 16, 32, 32]
        x = self.conv_2(x)  # [N, 32, 32, 32]
        x = F.relu(self.norm_2(x))  # [N, 32, 32, 32]
        x = F.max_pool2d(x, kernel_size=2)  # [N, 32, 16, 16]
        x = self.conv_3(x)  # [N, 64, 16, 16]
        x = F.relu(self.norm_3(x))  # [N, 64, 16, 16]
        x = F.max_pool2d(x, kernel_size=2)  # [N, 64, 8, 8]
        x = x.mean((2, 3))  # [N, 64]
        x = self.dropout(x)  # [N, 64]
        return self.logits(x)  # [N, 2]
