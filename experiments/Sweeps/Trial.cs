using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Catalog;

namespace Compression.Experiments.Sweeps;

/// <summary>One run of a sweep.</summary>
/// <param name="Id">Says which options the run has; the same options have the same id in every sweep.</param>
/// <param name="Values">Options and texts, in the order of the grid.</param>
internal sealed record Trial(string Id, ImmutableArray<KeyValuePair<string, string>> Values)
{
    private const int IdLength = 10;

    /// <summary>Makes the trial of a program and its options.</summary>
    public static Trial Of(string program, ImmutableArray<KeyValuePair<string, string>> values)
    {
        var text = new StringBuilder(program).Append('\n');
        foreach (var (name, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('=').Append(Canonical(value)).Append('\n');
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return new Trial(Convert.ToHexStringLower(hash)[..IdLength], values);
    }

    /// <summary>The text that all spellings of a number or truth value share: 0.10, 1e-1 and 0.1 are 0.1.</summary>
    public static string Canonical(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? OptionText.Format(whole)
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? OptionText.Format(number)
        : bool.TryParse(value, out bool flag) ? OptionText.Format(flag)
        : value;

    /// <summary>The value of an option; null where the sweep does not set it.</summary>
    public string? this[string name] => Values.FirstOrDefault(pair => pair.Key == name).Value;

    /// <summary>Options and values on a line.</summary>
    /// <param name="names">Which of them; those that the sweep does not set here are left out.</param>
    public string Describe(IEnumerable<string> names) => string.Join(' ', names.Where(name => this[name] is not null).Select(name => $"{name}={this[name]}"));
}
