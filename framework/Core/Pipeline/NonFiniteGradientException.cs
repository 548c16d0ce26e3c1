using Compression.Core.Gradients;
using Compression.Core.Reporting;

namespace Compression.Core.Pipeline;

/// <summary>A gradient holds what the method cannot send: NaN, an infinity, or a value beyond its number format. Nothing was written.</summary>
public sealed class NonFiniteGradientException : UserErrorException
{
    /// <param name="slot">The parameter.</param>
    /// <param name="reason">What was found, and what helps.</param>
    public NonFiniteGradientException(ParameterSlot slot, string reason)
        : base(ExitCode.NonFinite, $"The gradient of {slot.Name} cannot be sent: {reason}")
    {
    }
}
