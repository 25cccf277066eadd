import torch

from runtime.exported.latents import latent_path, latent_plane, latent_point

CPU = torch.device("cpu")


def test_a_plane_is_a_square_seen_from_above() -> None:
    plane = latent_plane(10, 3, up=2, device=CPU)
    assert plane.shape == (10, 3)
    square = plane[:9].view(3, 3, 3)
    assert (square[:, :, 1] == 0).all()
    assert (square[:, 1:, 0] > square[:, :-1, 0]).all()  # grows to the right
    assert (square[:-1, :, 2] > square[1:, :, 2]).all()  # and from bottom to top
    assert torch.equal(plane[9], plane[0])
    assert square[1, 1].tolist() == [0, 0, 0]
    shares = torch.special.ndtr(square[0, :, 0])  # of all samples, how many lie to the left
    assert torch.allclose(shares, torch.tensor([1, 3, 5]) / 6)


def test_a_path_leads_from_sample_to_sample_without_leaving_their_shell() -> None:
    torch.manual_seed(0)
    path = latent_path(12, 64, 5, device=CPU)
    assert path.shape == (12, 64)
    lengths = path.norm(dim=1)
    assert (lengths > 6).all()
    assert (lengths < 10).all()
    steps = (path[1:5] - path[:4]).norm(dim=1)
    assert steps.max() / steps.min() < 1.5
    assert (path[5] - path[4]).norm() > 2 * steps.max()  # another way begins
    torch.manual_seed(0)
    assert torch.equal(path, latent_path(12, 64, 5, device=CPU))


def test_a_path_bends_along_the_sphere_between_its_samples() -> None:
    torch.manual_seed(1)
    path = latent_path(7, 32, 7, device=CPU)
    torch.manual_seed(1)
    start, end = torch.randn(2, 32)
    assert torch.allclose(path[0], start, atol=1e-6)
    assert torch.allclose(path[-1], end, atol=1e-6)
    angle = torch.acos(torch.cosine_similarity(start, end, dim=0))
    for place in range(7):
        share = place / 6
        bent = torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end
        assert torch.allclose(path[place], bent / torch.sin(angle), atol=1e-5)


def test_a_point_is_the_same_in_every_row() -> None:
    point = latent_point(3, (0.5, -1.0), device=CPU)
    assert point.tolist() == [[0.5, -1.0]] * 3
