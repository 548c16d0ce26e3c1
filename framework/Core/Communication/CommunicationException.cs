using Compression.Core.Reporting;

namespace Compression.Core.Communication;

/// <summary>A peer or the network failed, or an exchange did not end in time. Ends the program with exit code 6.</summary>
public sealed class CommunicationException : UserErrorException
{
    /// <param name="message">One line: what failed.</param>
    /// <param name="cause">The failure below, if any.</param>
    public CommunicationException(string message, Exception? cause = null)
        : base(ExitCode.Communication, message, cause)
    {
    }
}
