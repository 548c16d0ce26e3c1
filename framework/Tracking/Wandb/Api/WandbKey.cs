using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Wandb.Api;

/// <summary>The user's secret. It leaves this class as a header of requests, and in no other way.</summary>
public sealed partial class WandbKey
{
    /// <summary>The header of the endpoints that take the key, without it.</summary>
    internal const string Authorization = "Authorization: Basic";

    private const string Variable = "WANDB_API_KEY";
    private const string Hidden = "(hidden)";
    private readonly string _key;
    private readonly string _encoded;

    private WandbKey(string key)
    {
        _key = key;
        _encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"api:{key}"));
    }

    /// <summary>Proves to the server whose run it is.</summary>
    internal AuthenticationHeaderValue Header => new("Basic", _encoded);

    /// <summary>Finds the key: the variable WANDB_API_KEY, then the netrc file.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="server">Whose key it is.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: there is none, or it has not the form of one.</exception>
    public static WandbKey Find(Func<string, string?> variable, Uri server)
    {
        ArgumentNullException.ThrowIfNull(variable);
        ArgumentNullException.ThrowIfNull(server);
        if (variable(Variable) is { Length: > 0 } given)
        {
            return Checked(given.Trim(), Variable);
        }

        string? home = variable("HOME") ?? variable("USERPROFILE");
        string[] files = variable("NETRC") is { Length: > 0 } named
            ? [named]
            : home is null ? [] : [Path.Combine(home, ".netrc"), Path.Combine(home, "_netrc")];
        foreach (string file in files.Where(File.Exists))
        {
            if (Netrc.PasswordOf(server.Authority, ReadAll(file)) is { } found)
            {
                return Checked(found, $"{file} (machine {server.Authority})");
            }
        }

        throw new UserErrorException(
            ExitCode.Environment,
            $"no key of Weights & Biases for {server.Authority}; set {Variable}, or add the machine to ~/.netrc (--wandb offline needs none).");
    }

    /// <summary>A text of the server without the key, should it come back in it.</summary>
    public string Redact(string text) =>
        text.Replace(_key, Hidden, StringComparison.Ordinal).Replace(_encoded, Hidden, StringComparison.Ordinal);

    /// <summary>Nothing of it.</summary>
    public override string ToString() => Hidden;

    private static WandbKey Checked(string key, string source)
    {
        // Keys of private servers have a name before the first dash.
        string secret = key[(key.IndexOf('-', StringComparison.Ordinal) + 1)..];
        return KeyPattern().IsMatch(secret) ? new WandbKey(key) : throw new UserErrorException(
            ExitCode.Environment, $"{source}: this is no key of Weights & Biases, which has 40 or more letters, digits, '_' and '-'; copy it again.");
    }

    private static string ReadAll(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception cause) when (WriteFailure.IsCauseOf(cause))
        {
            throw new UserErrorException(
                ExitCode.Environment, $"{file}: cannot be read ({WriteFailure.OneLine(cause.Message)}); set {Variable}.", cause);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{40,}$", RegexOptions.CultureInvariant)]
    private static partial Regex KeyPattern();
}
