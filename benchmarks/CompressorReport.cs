using System.Globalization;
using System.Text.Json;

namespace Compression.Benchmarks;

/// <summary>What was measured of one method.</summary>
/// <param name="Method">The composition.</param>
/// <param name="CompressMs">Median milliseconds.</param>
/// <param name="DecompressMs">Median milliseconds.</param>
/// <param name="PayloadBits">Bits an element that were written.</param>
/// <param name="FloorBits">Bits an element at the entropy of the method's code.</param>
internal sealed record CompressorTimes(string Method, double CompressMs, double DecompressMs, double PayloadBits, double FloorBits)
{
    /// <summary>PyTorch's milliseconds; null where there is no PyTorch.</summary>
    public double? PeerCompressMs { get; init; }

    /// <summary>PyTorch's milliseconds.</summary>
    public double? PeerDecompressMs { get; init; }
}

/// <summary>All methods beside each other.</summary>
/// <param name="Elements">Of the gradient.</param>
/// <param name="Slots">Parameters of the gradient.</param>
/// <param name="Threads">Threads of both sides.</param>
/// <param name="PlainReadMs">One read of the gradient, in the same run.</param>
/// <param name="Methods">The rows.</param>
internal sealed record CompressorReport(int Elements, int Slots, int Threads, double PlainReadMs, IReadOnlyList<CompressorTimes> Methods)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Prints a table, or JSON.</summary>
    public void Write(bool json, bool withPeer, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, s_json));
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Elements:N0} floats in {Slots} {(Slots == 1 ? "parameter" : "parameters")}, {Threads} threads; one plain read: {PlainReadMs:F2} ms ({4e-6 * Elements / PlainReadMs:F1} GB/s)"));
        output.WriteLine("                                compress    GB/s   reads  decompress   payload     floor   PyTorch ms    times");
        output.WriteLine("                                      ms                          ms  bits/elt  bits/elt  comp / decomp  as fast");
        foreach (var row in Methods)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Method,-29} {row.CompressMs,10:F2} {4e-6 * Elements / row.CompressMs,7:F1} {row.CompressMs / PlainReadMs,7:F1} {row.DecompressMs,11:F2} {row.PayloadBits,9:F4} {row.FloorBits,9:F4}  {Peer(row)}"));
        }

        if (!withPeer)
        {
            output.WriteLine(PyTorchPeer.Missing);
        }
    }

    private static string Peer(CompressorTimes row) => row.PeerCompressMs is { } compress && row.PeerDecompressMs is { } decompress
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{compress,6:F0} / {decompress,-4:F0} {(compress + decompress) / (row.CompressMs + row.DecompressMs),9:F1}")
        : "";
}
