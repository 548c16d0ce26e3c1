using Compression.Core.Gradients;
using Compression.Core.Reporting;

namespace Compression.Core.Contracts;

/// <summary>A gradient holds what the method cannot send: NaN, an infinity, or a value beyond its number format. Nothing was written.</summary>
public sealed class NonFiniteGradientException : UserErrorException
{
    /// <param name="slot">The parameter.</param>
    /// <param name="reason">What was found, and what helps.</param>
    public NonFiniteGradientException(ParameterSlot slot, string reason)
        : base(ExitCode.NonFinite, $"The gradient of {slot.Name} cannot be sent: {reason}")
    {
    }

    /// <summary>Refuses a value that is NaN or infinite.</summary>
    /// <param name="value">What is to be sent, or made of all that is.</param>
    /// <param name="slot">The parameter.</param>
    public static void ThrowIfNotFinite(float value, ParameterSlot slot)
    {
        if (!float.IsFinite(value))
        {
            throw new NonFiniteGradientException(slot, $"it holds {value}; lower the learning rate or clip the gradient.");
        }
    }
}
