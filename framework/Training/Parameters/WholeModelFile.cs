using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Compression.Training.Checkpoints;

namespace Compression.Training.Parameters;

/// <summary>A whole model as a file.</summary>
public static class WholeModelFile
{
    /// <summary>Names, types and shapes of the parameters, as a file declares them.</summary>
    public static IReadOnlyList<TensorEntry> Entries(this IWholeModel model) =>
        [.. model.Layout.Slots.Select(slot => new TensorEntry(slot.Name, TensorType.F32, slot.Shape))];

    /// <summary>Writes all parameters into a file that declared <see cref="Entries"/>; on rank 0.</summary>
    public static void Write(this IWholeModel model, SafetensorsWriter writer) => model.Walk((slot, values) => writer.Write(slot.Name, values));

    /// <summary>SHA-256 of all parameters, float32 little-endian in the order of the layout, in lower-case hex; on rank 0.</summary>
    public static string Sha256(this IWholeModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        model.Walk((_, values) => hash.AppendData(MemoryMarshal.AsBytes(values)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
