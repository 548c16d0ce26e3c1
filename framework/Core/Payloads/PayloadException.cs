namespace Compression.Core.Payloads;

/// <summary>Bytes that no encoder can have written: truncated, damaged, or of another pipeline.</summary>
public sealed class PayloadException : Exception
{
    /// <param name="message">What is wrong with them.</param>
    public PayloadException(string message)
        : base(message)
    {
    }
}
