namespace Compression.Core.Reporting;

/// <summary>Nouns behind counts.</summary>
public static class Plural
{
    /// <summary>The noun for a count: one step, two steps, no steps.</summary>
    /// <param name="count">How many; of a fraction, the number that is shown.</param>
    /// <param name="noun">In the singular; its plural ends in -s, or in -ies for -y.</param>
    public static string Of(double count, string noun) => count == 1 ? noun
        : noun[^1] == 'y' ? noun[..^1] + "ies"
        : noun + "s";
}
