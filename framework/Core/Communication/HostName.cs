using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Compression.Core.Communication;

/// <summary>
/// A host as users name it: a name of labels (RFC 1123, and underscores), an IPv4 address, or an IPv6 address, which may stand in brackets.
/// Names reach command lines of other programs, so nothing else is taken: no option, no space, no sign of a shell.
/// </summary>
public static partial class HostName
{
    /// <summary>The longest name that the domain name system has.</summary>
    private const int Longest = 253;

    /// <summary>Reads a name.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="name">The name, or the address without brackets.</param>
    /// <returns>False where it is none.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? name)
    {
        ArgumentNullException.ThrowIfNull(text);
        name = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
        if (IsIPv6(name) || (name == text && name.Length <= Longest && (Dotted().IsMatch(name) ? IPAddress.TryParse(name, out _) : Labels().IsMatch(name))))
        {
            return true;
        }

        name = null;
        return false;
    }

    /// <summary>Reads a name, and what stands behind the colon that may follow it; an IPv6 address, which has colons too, then stands in brackets.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="name">The name, or the address without brackets.</param>
    /// <param name="suffix">What stands behind the colon; null without one.</param>
    /// <returns>False where there is no name.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? name, out string? suffix)
    {
        suffix = null;
        if (TryRead(text, out name))
        {
            return true;
        }

        int colon = text.LastIndexOf(':');
        suffix = text[(colon + 1)..].TrimStart();
        return colon > 0 && TryRead(text[..colon].TrimEnd(), out name) && (text[0] == '[' || !IsIPv6(name));
    }

    /// <summary>True for an IPv6 address without a zone.</summary>
    public static bool IsIPv6(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Hexadecimal().IsMatch(name) && IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    // What holds numbers alone is an address to every resolver, "1" too.
    [GeneratedRegex(@"^[0-9]+(\.[0-9]+){3}\z")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"^(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\z")]
    private static partial Regex Labels();

    [GeneratedRegex(@"^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\z")]
    private static partial Regex Hexadecimal();
}
