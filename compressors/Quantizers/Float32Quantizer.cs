using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers;

/// <summary>Sends values as they are, 32 bits each, little-endian.</summary>
[Algorithm("float32", AlgorithmRole.Quantizer, "IEEE 754 single precision", Traits = AlgorithmTraits.Unbiased | AlgorithmTraits.Lossless)]
public sealed class Float32Quantizer : IQuantizer
{
    private const int Chunk = 1024;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(writer.Append(bytes.Length));
        writer.CountBits(nominalBits: 32.0 * values.Length, floorBits: 32.0 * values.Length);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        // The payload's floats need not be aligned: they go through an aligned buffer that stays in the first-level cache.
        Span<float> aligned = stackalloc float[Chunk];
        for (int start = 0; start < destination.Length; start += Chunk)
        {
            var target = destination.Slice(start, Math.Min(Chunk, destination.Length - start));
            var values = aligned[..target.Length];
            reader.ReadBytes(sizeof(float) * values.Length).CopyTo(MemoryMarshal.AsBytes(values));
            TensorPrimitives.Multiply(values, scale, values);
            TensorPrimitives.Add(target, values, target);
        }
    }
}
