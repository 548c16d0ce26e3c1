using Compression.Core.Reporting;
using TorchSharp;

namespace Compression.Training.Sessions;

/// <summary>Whether what a run computes on is here.</summary>
public static class DeviceRules
{
    /// <summary>Refuses <c>--use_gpu true</c> without one.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>.</exception>
    public static void Require(TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.UseGpu && !torch.cuda.is_available())
        {
            throw new UserErrorException(
                ExitCode.Environment, "--use_gpu true: libtorch finds no CUDA device here; use --use_gpu false, or build for CUDA.");
        }
    }
}
