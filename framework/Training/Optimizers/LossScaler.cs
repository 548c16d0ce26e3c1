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

    private const string StateName = "loss_scale", StepsName = "loss_scale/clean_steps";

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
        writer.Write(StateName, [Scale]);
        writer.Write(StepsName, [_cleanSteps]);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        double[] scale = new double[1];
        int[] cleanSteps = new int[1];
        reader.Read(StateName, scale);
        reader.Read(StepsName, cleanSteps);
        (Scale, _cleanSteps) = (scale[0], cleanSteps[0]);
    }
}
