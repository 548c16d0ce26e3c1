using System.Collections.Immutable;
using System.Globalization;
using Compression.Core.Reporting;
using Compression.Training.Sessions;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>The devices of the stages of one process, as <c>--devices</c> lists them.</summary>
public static class StageDevices
{
    /// <summary>Reads a list such as cuda:0,cuda:1 or cpu,cpu.</summary>
    /// <param name="list">A device a stage; empty: none.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: an unknown device.</exception>
    public static ImmutableArray<Device> Parse(string list) =>
        list.Length == 0 ? [] : [.. list.Split(',', StringSplitOptions.TrimEntries).Select(word => Read(word, list))];

    /// <summary>Makes sure that all are here.</summary>
    /// <exception cref="UserErrorException">As <see cref="GpuChoice.Require"/>.</exception>
    public static void RequireHere(ImmutableArray<Device> devices)
    {
        int count = cuda.is_available() ? cuda.device_count() : 0;
        foreach (var device in devices.Where(device => device.type == DeviceType.CUDA))
        {
            GpuChoice.Require(device.index, count, $"--devices cuda:{device.index}", "cpu");
        }
    }

    private static Device Read(string word, string list)
    {
        if (word == "cpu")
        {
            return CPU;
        }

        // Not by the factory, which starts CUDA and throws where there is none.
        const string Prefix = "cuda:";
        return word.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(word.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                ? new Device(DeviceType.CUDA, index)
                : throw new UserErrorException(ExitCode.Usage, $"--devices {list}: '{word}' is no device; write cpu or cuda:0.");
    }
}
