using Compression.Core.Reporting;
using Compression.Training;

namespace Compression.Experiments.Runs;

/// <summary>What a run needs of the machine.</summary>
internal static class Requirements
{
    /// <summary>Makes sure that libtorch is here, and a GPU where one is asked for.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>.</exception>
    public static void Libtorch(bool useGpu)
    {
        TorchRuntime.Require();
        ProcessGpu.Of(useGpu, []);
    }
}
