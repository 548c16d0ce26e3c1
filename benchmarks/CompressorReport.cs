using System.Globalization;
using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>What was measured of one method; all times are medians in milliseconds.</summary>
internal sealed record CompressorTimes
{
    /// <summary>The composition.</summary>
    public required string Method { get; init; }

    /// <summary>Ours.</summary>
    public required double CompressMs { get; init; }

    /// <summary>Ours, the addition to the sum included.</summary>
    public required double DecompressMs { get; init; }

    /// <summary>libtorch's operators, both ways.</summary>
    public double PeerMs => PeerCompressMs + PeerDecompressMs;

    /// <summary>How many times as fast we are, both ways together.</summary>
    public double Ratio => PeerMs / (CompressMs + DecompressMs);

    /// <summary>Compressing, in plain reads of the buffer.</summary>
    public double Reads => CompressMs / PlainReadMs;

    /// <summary>One read of the gradient, measured between the others.</summary>
    public required double PlainReadMs { get; init; }

    /// <summary>libtorch's operators.</summary>
    public required double PeerCompressMs { get; init; }

    /// <summary>libtorch's operators, the addition to the sum included.</summary>
    public required double PeerDecompressMs { get; init; }

    /// <summary>Threads with which libtorch was faster.</summary>
    public required int PeerThreads { get; init; }

    /// <summary>Bits an element that were written.</summary>
    public required double PayloadBits { get; init; }

    /// <summary>Bits an element at the entropy of the method's code.</summary>
    public required double FloorBits { get; init; }
}

/// <summary>All methods beside each other.</summary>
/// <param name="Elements">Of the gradient.</param>
/// <param name="Slots">Parameters of the gradient.</param>
/// <param name="Threads">Most threads of both sides.</param>
/// <param name="MemoryReadGb">What this machine reads from memory, in 10⁹ bytes a second.</param>
/// <param name="PlainReadMs">One read of the gradient, in the same run.</param>
/// <param name="Methods">The rows.</param>
internal sealed record CompressorReport(
    int Elements, int Slots, int Threads, double MemoryReadGb, double PlainReadMs, IReadOnlyList<CompressorTimes> Methods)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Prints a table, or JSON.</summary>
    public void Write(bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, s_json));
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Elements:N0} {Plural.Of(Elements, "float")} in {Slots} {Plural.Of(Slots, "parameter")}, {Threads} {Plural.Of(Threads, "thread")}; memory read {MemoryReadGb:F1} GB/s; one plain read of the gradient {PlainReadMs:F2} ms ({4e-6 * Elements / PlainReadMs:F1} GB/s)"));
        output.WriteLine("                                compress    GB/s   reads  decompress   payload     floor   libtorch ms            times");
        output.WriteLine("                                      ms                          ms  bits/elt  bits/elt  comp / decomp threads  as fast");
        foreach (var row in Methods)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Method,-29} {row.CompressMs,10:F2} {4e-6 * Elements / row.CompressMs,7:F1} {row.Reads,7:F2} {row.DecompressMs,11:F2} {row.PayloadBits,9:F4} {row.FloorBits,9:F4} {row.PeerCompressMs,6:F1} / {row.PeerDecompressMs,-6:F1} {row.PeerThreads,7} {row.Ratio,8:F1}"));
        }
    }
}
