using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Compression.Compressors.Tests;

/// <summary>Payloads and decoded values are the same bits with vectors of 512, 256 and 128 bits, and without any.</summary>
public sealed class VectorWidthTests
{
    [Fact]
    public void Every_pair_writes_and_decodes_the_same_at_every_vector_width()
    {
        string[][] outputs =
        [
            Run([]),
            Run(["EnableAVX512"]),
            Run(["EnableAVX512", "EnableAVX2", "EnableAVX"]),
            Run(["EnableHWIntrinsic"]),
        ];
        int[] expectedWidths = Vector512.IsHardwareAccelerated ? [512, 256, 128, 64] : Vector256.IsHardwareAccelerated ? [256, 256, 128, 64] : [128, 128, 128, 64];
        Assert.Equal(expectedWidths, outputs.Select(output => int.Parse(output[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.True(outputs[0].Length > Pipelines.AllPairs().Count());
        Assert.All(outputs, output => Assert.Equal(outputs[0][1..], output[1..]));
    }

    private static string[] Run(string[] disabled)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(WidthDigest).Assembly.Location]) { RedirectStandardOutput = true };
        foreach (string feature in disabled)
        {
            start.Environment[$"DOTNET_{feature}"] = "0";
        }

        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
