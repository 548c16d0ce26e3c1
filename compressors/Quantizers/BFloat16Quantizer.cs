using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers;

/// <summary>
/// Sends the upper halves of float32, 16 bits each, rounded to the nearest, ties to even. NaN stays NaN and infinities stay, as in float32.
/// </summary>
[Algorithm("bfloat16", AlgorithmRole.Quantizer, "bfloat16, the upper half of float32")]
public sealed class BFloat16Quantizer : IQuantizer
{
    private readonly ThreadTeam _team;

    /// <param name="context">Threads.</param>
    public BFloat16Quantizer(ComponentContext context) => _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        HalfwordPack.Invoke<BFloat16Format>(_team, values, writer.Append(checked(sizeof(ushort) * values.Length)));
        writer.CountBits(nominalBits: 16.0 * values.Length, floorBits: 16.0 * values.Length);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        var bytes = reader.ReadBytes(checked(sizeof(ushort) * destination.Length));
        HalfwordUnpackAdd.Invoke<BFloat16Format>(_team, bytes, destination, scale);
    }
}
