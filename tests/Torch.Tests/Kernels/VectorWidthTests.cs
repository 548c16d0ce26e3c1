using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace Compression.Torch.Tests.Kernels;

/// <summary>Values and gradients are the same bits with vectors of 512, 256 and 128 bits, and without any.</summary>
[Seeded]
public sealed class VectorWidthTests
{
    [Fact]
    public void Every_fused_function_gives_the_same_bits_at_every_vector_width()
    {
        string[][] outputs = [Run([]), Run(["EnableAVX512"]), Run(["EnableAVX512", "EnableAVX2", "EnableAVX"]), Run(["EnableHWIntrinsic"])];
        int[] widths = Vector512.IsHardwareAccelerated ? [512, 256, 128, 64] : Vector256.IsHardwareAccelerated ? [256, 256, 128, 64] : [128, 128, 128, 64];
        Assert.Equal(widths, outputs.Select(output => int.Parse(output[0], CultureInfo.InvariantCulture)));
        Assert.Equal(8, outputs[0].Length);
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
