using Compression.Core.Reporting;

namespace Compression.Experiments.Cli;

/// <summary>This process fails because another does, a rank or a command, which has told the user why: nothing more is printed.</summary>
/// <param name="code">How the program ends.</param>
internal sealed class AlreadyReportedException(ExitCode code) : UserErrorException(code, "another process failed");
