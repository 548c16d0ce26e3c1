using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers;

/// <summary>
/// Sends (‖p‖₁/d)·sign(p) with sign(0) = +: one scale, then 1 bit a value
/// (EF-signSGD; Karimireddy et al. 2019, "Error feedback fixes SignSGD and other gradient compression schemes", Algorithm 1).
/// </summary>
/// <param name="options">The magnitude.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "sign", AlgorithmRole.Quantizer, "EF-signSGD, Karimireddy et al. 2019", Traits = AlgorithmTraits.SendsSigns,
    DiffersFromPaper = "one scale for each parameter, where Algorithm 1 has one for the whole vector; the residual is counted in steps, as in the paper, behind SGD without momentum alone, and in gradients behind other optimizers and behind a sparsifier")]
public sealed class SignQuantizer(SignOptions options, ComponentContext context) : IQuantizer
{
    private readonly ThreadTeam _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        int bitsLength = (values.Length + 7) / 8;
        var room = writer.Append(sizeof(float) + bitsLength);
        float mean = (float)(SignPack.Invoke(_team, values, room[sizeof(float)..]) / values.Length);
        float scale = options.Magnitude == SignMagnitude.Sparsifier && !float.IsNaN(selection.Magnitude) ? selection.Magnitude : mean;
        if (!float.IsFinite(scale))
        {
            throw new NonFiniteGradientException(slot, "its mean magnitude is not finite.");
        }

        System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(room, scale);
        writer.CountBits(nominalBits: 32.0 + values.Length, floorBits: 32.0 + values.Length);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        float magnitude = reader.ReadSingle();
        SignUnpackAdd.Invoke(_team, reader.ReadBytes((destination.Length + 7) / 8), destination, scale * magnitude);
    }
}
