using Compression.Core.Contracts;

namespace Compression.Training.Optimizers;

/// <summary>
/// The factor of the loss that keeps small gradients from vanishing in few bits (Micikevicius et al. 2018, "Mixed precision training", 3.2): halved
/// when a gradient overflows, doubled after a thousand steps in a row without.
/// </summary>
/// <param name="initial">The first factor; a power of two changes no other bit of a gradient.</param>
public sealed class LossScaler(double initial)
{
    /// <summary>Steps without an overflow after which the factor doubles.</summary>
    public const int Window = 1000;

    /// <summary>The usual first factor, 2¹⁶.</summary>
    public const double UsualScale = 65536;

    private const string StateName = "loss_scale";

    private int _cleanSteps;

    /// <summary>The factor of the next step.</summary>
    public double Scale { get; private set; } = initial;

    /// <summary>A gradient was not finite: the factor halves.</summary>
    /// <returns>False where it is 1 already: then the scale is not what makes gradients overflow.</returns>
    public bool TryLower()
    {
        _cleanSteps = 0;
        if (Scale <= 1)
        {
            return false;
        }

        Scale = Math.Max(1, Scale / 2);
        return true;
    }

    /// <summary>A step was made.</summary>
    public void Succeeded()
    {
        if (++_cleanSteps == Window)
        {
            (Scale, _cleanSteps) = (Scale * 2, 0);
        }
    }

    /// <summary>Writes factor and count for a checkpoint.</summary>
    public void Save(IStateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);

        // A double as its two halves: bits are kept as they are.
        ulong bits = BitConverter.DoubleToUInt64Bits(Scale);
        writer.Write(StateName, [BitConverter.UInt32BitsToSingle((uint)(bits >> 32)), BitConverter.UInt32BitsToSingle((uint)bits), _cleanSteps]);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        float[] state = new float[3];
        reader.Read(StateName, state);
        Scale = BitConverter.UInt64BitsToDouble(((ulong)BitConverter.SingleToUInt32Bits(state[0]) << 32) | BitConverter.SingleToUInt32Bits(state[1]));
        _cleanSteps = (int)state[2];
    }
}
