using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Compression.Core.Reporting;

namespace Compression.Training.Sessions;

/// <summary>What libtorch says when a GPU's memory is used up, in one line.</summary>
public static partial class GpuMemory
{
    /// <summary>The error for the user; null where the failure is another one.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="lower">The options that lower what a step needs.</param>
    public static UserErrorException? Explain(Exception failure, string lower)
    {
        if (failure is not ExternalException || !failure.Message.Contains("CUDA out of memory", StringComparison.Ordinal))
        {
            return null;
        }

        string sizes = string.Join(" ", Sizes().Matches(failure.Message).Select(match => match.Value));
        return new UserErrorException(ExitCode.Failure, $"Out of GPU memory. {sizes} Lower {lower}, or give each GPU fewer workers.".Replace("  ", " ", StringComparison.Ordinal), failure);
    }

    // "Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB of which 1.25 GiB is free."
    [GeneratedRegex(@"Tried to allocate [0-9.]+ [KMG]iB\.|GPU [0-9]+ has a total capacity of [0-9.]+ [KMG]iB of which [0-9.]+ [KMG]iB is free\.")]
    private static partial Regex Sizes();
}
