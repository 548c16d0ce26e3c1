using TorchSharp;

namespace Compression.Torch.Tests;

public class TorchEnvironmentTests
{
    [Fact]
    public void Libtorch_loads_and_tells_what_it_is()
    {
        Assert.Null(TorchEnvironment.LoadError());
        TorchEnvironment environment = TorchEnvironment.Read();
        Assert.Matches(@"^\d+\.\d+", environment.LibTorchVersion);
        Assert.Contains("PyTorch built with", environment.BuildConfiguration, StringComparison.Ordinal);
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

    [Fact]
    public void The_cause_of_a_failed_load_is_the_library_that_is_missing()
    {
        const string Message = """
            Unable to load shared library 'compression_torch' or one of its dependencies. In order to help diagnose:
            libtorch.so.1.13: cannot open shared object file: No such file or directory
            libcompression_torch.so: cannot open shared object file: No such file or directory
            """;
        Assert.Equal(
            "libtorch cannot be loaded: libtorch.so.1.13: cannot open shared object file: No such file or directory",
            TorchEnvironment.Cause(Message));
        Assert.Equal("libtorch cannot be loaded: bad image", TorchEnvironment.Cause("bad image\nmore"));
    }
}
