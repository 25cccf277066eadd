"""Conditional vae, drawn in Neurowire."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """image [N, 1, 28, 28], label [N] -> mean [N, 20], log_variance [N, 20]."""

    def __init__(self) -> None:
        super().__init__()
        self.class_code = nn.Embedding(10, 16)
        self.linear = nn.Linear(800, 512)
        self.linear_2 = nn.Linear(512, 512)
        self.mean_layer = nn.Linear(512, 20)
        self.log_variance_layer = nn.Linear(512, 20)

    def forward(self, image: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        x = image.flatten(1)  # [N, 784]
        class_code = self.class_code(label)  # [N, 16]
        x = torch.cat((x, class_code), dim=1)  # [N, 800]
        x = F.relu(self.linear(x))  # [N, 512]
        relu_2 = F.relu(self.linear_2(x))  # [N, 512]
        mean_layer = self.mean_layer(relu_2)  # [N, 20]
        log_variance_layer = self.log_variance_layer(relu_2)  # [N, 20]
        return mean_layer, log_variance_layer


class Decoder(nn.Module):
    """z [N, 20], label [N] -> logits [N, 1, 28, 28]."""

    def __init__(self) -> None:
        super().__init__()
        self.class_code = nn.Embedding(10, 16)
        self.linear = nn.Linear(36, 512)
        self.linear_2 = nn.Linear(512, 1568)
        self.conv_transpose2d = nn.ConvTranspose2d(32, 16, kernel_size=4, stride=2, padding=1)
        self.pixels = nn.ConvTranspose2d(16, 1, kernel_size=4, stride=2, padding=1)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        x = self.class_code(label)  # [N, 16]
        x = torch.cat((z, x), dim=1)  # [N, 36]
        x = F.relu(self.linear(x))  # [N, 512]
        x = F.relu(self.linear_2(x))  # [N, 1568]
        x = x.unflatten(1, (32, 7, 7))  # [N, 32, 7, 7]
        x = F.relu(self.conv_transpose2d(x))  # [N, 16, 14, 14]
        return self.pixels(x)  # [N, 1, 28, 28]
