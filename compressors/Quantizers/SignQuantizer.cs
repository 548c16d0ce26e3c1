using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
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
    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        float magnitude = options.Magnitude == SignMagnitude.Sparsifier ? selection.Magnitude : float.NaN;
        if (!float.IsFinite(ScaledSigns.Write(context.Team, selection.Values, magnitude, writer)))
        {
            throw new NonFiniteGradientException(slot, "its mean magnitude is not finite.");
        }
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale) =>
        ScaledSigns.AddTo(ref reader, context.Team, destination, scale);
}
