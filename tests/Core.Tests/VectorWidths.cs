using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Intrinsics;

namespace Compression.Core.Tests;

/// <summary>A program run with vectors of 512, 256 and 128 bits, and without any.</summary>
internal static class VectorWidths
{
    /// <summary>The lines that it prints at every width; the first line of each run is the width in bits, 64 for none.</summary>
    public static string[] SameLinesOf(Assembly program)
    {
        string[][] outputs =
        [
            Run(program, []), Run(program, ["EnableAVX512"]), Run(program, ["EnableAVX512", "EnableAVX2", "EnableAVX"]), Run(program, ["EnableHWIntrinsic"]),
        ];
        int[] widths = Vector512.IsHardwareAccelerated ? [512, 256, 128, 64] : Vector256.IsHardwareAccelerated ? [256, 256, 128, 64] : [128, 128, 128, 64];
        Assert.Equal(widths, outputs.Select(output => int.Parse(output[0], CultureInfo.InvariantCulture)));
        Assert.All(outputs, output => Assert.Equal(outputs[0][1..], output[1..]));
        return outputs[0][1..];
    }

    private static string[] Run(Assembly program, string[] disabled)
    {
        var start = new ProcessStartInfo("dotnet", [program.Location]) { RedirectStandardOutput = true };
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
