using Compression.Torch.Loading;
using TorchSharp;

namespace Compression.Torch.Tests;

[Seeded]
public class TorchEnvironmentTests
{
    [Fact]
    public void Libtorch_tells_what_it_is()
    {
        TorchEnvironment environment = TorchEnvironment.Read();
        Assert.StartsWith("TorchSharp 0.107", environment.Binding, StringComparison.Ordinal);
        Assert.Equal("2.10.0", environment.LibTorchVersion);
        Assert.True(environment.Threads >= 1);
    }

    [Fact]
    public void Threads_are_set_and_told()
    {
        int before = torch.get_num_threads();
        torch.set_num_threads(1);
        Assert.Equal(1, torch.get_num_threads());
        Assert.Equal(1, TorchEnvironment.Read().Threads);
        torch.set_num_threads(before);
    }
}
