namespace Compression.Core.Catalog;

/// <summary>A value that another option must have, or must not have, before an option can act.</summary>
/// <param name="Name">The other option, without dashes.</param>
/// <param name="Values">The texts in question.</param>
/// <param name="Excludes">They are the ones that it must not have.</param>
public sealed record OptionNeed(string Name, IReadOnlyList<string> Values, bool Excludes)
{
    /// <summary>In words, as the end of a sentence.</summary>
    public string InWords => Excludes
        ? Values is [""] ? $"--{Name}" : $"--{Name} other than {string.Join(" or ", Values)}"
        : $"--{Name} {string.Join(" or ", Values)}";

    /// <summary>Whether the other option's text fulfils it.</summary>
    public bool IsMetBy(string text) => Values.Contains(text) != Excludes;

    /// <summary>Reads <c>name=a|b</c> and <c>name!=a</c>; several are joined by <c>or</c>.</summary>
    internal static IReadOnlyList<OptionNeed> Parse(string needs) =>
    [
        .. needs.Split(" or ", StringSplitOptions.RemoveEmptyEntries).Select(need =>
        {
            int equals = need.IndexOf('=', StringComparison.Ordinal);
            bool excludes = need[equals - 1] == '!';
            return new OptionNeed(need[..(excludes ? equals - 1 : equals)], need[(equals + 1)..].Split('|'), excludes);
        }),
    ];
}
