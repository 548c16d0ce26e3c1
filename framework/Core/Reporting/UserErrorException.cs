namespace Compression.Core.Reporting;

/// <summary>An error whose message is for the user: one line that names the cause and the cure. It is shown without a stack trace.</summary>
public class UserErrorException : Exception
{
    /// <param name="code">How the program ends.</param>
    /// <param name="message">One line.</param>
    /// <param name="cause">The failure below, if any.</param>
    public UserErrorException(ExitCode code, string message, Exception? cause = null)
        : base(message, cause) => Code = code;

    /// <summary>How the program ends.</summary>
    public ExitCode Code { get; }
}
