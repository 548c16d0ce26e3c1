namespace Compression.Tracking.Wandb.Api;

/// <summary>The netrc file: words after <c>machine</c>, <c>login</c>, <c>password</c>; <c>default</c> matches every machine.</summary>
internal static class Netrc
{
    /// <summary>The password of a machine.</summary>
    /// <param name="machine">Host, with its port where that is not the usual.</param>
    /// <param name="text">The file.</param>
    /// <returns>Null where the file names neither the machine nor a default.</returns>
    public static string? PasswordOf(string machine, string text)
    {
        var words = new Queue<string>(Words(text));
        bool applies = false;
        while (words.TryDequeue(out string? word))
        {
            switch (word)
            {
                case "machine":
                    applies = words.TryDequeue(out string? name) && name == machine;
                    break;
                case "default":
                    applies = true;
                    break;
                case "password" when words.TryDequeue(out string? password) && applies:
                    return password;
                case "login" or "account":
                    words.TryDequeue(out _);
                    break;
            }
        }

        return null;
    }

    private static IEnumerable<string> Words(string text)
    {
        bool inMacro = false;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()))
        {
            // A macro ends at an empty line.
            inMacro = line.StartsWith("macdef", StringComparison.Ordinal) || (inMacro && line.Length > 0);
            if (inMacro || line.StartsWith('#'))
            {
                continue;
            }

            foreach (string word in line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                yield return word;
            }
        }
    }
}
