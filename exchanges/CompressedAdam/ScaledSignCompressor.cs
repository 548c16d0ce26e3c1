using Compression.Core.Contracts;
using Compression.Core.Payloads;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>C(x) = (‖x‖₁/d)·sign(x) of each parameter: one scale, then 1 bit an element.</summary>
/// <param name="context">Threads.</param>
internal sealed class ScaledSignCompressor(ComponentContext context) : ICompressor
{
    public void Compress(in GradientView gradient, PayloadWriter writer)
    {
        if (!float.IsFinite(ScaledSigns.Write(context.Team, gradient.Compensated, float.NaN, writer)))
        {
            throw new NonFiniteGradientException(gradient.Slot, "its mean magnitude is not finite.");
        }
    }

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination) =>
        ScaledSigns.AddTo(ref reader, context.Team, destination.TakeAll(), destination.Scale);
}
