namespace Compression.Core.Catalog;

/// <summary>Finds what a mistyped name was meant to be.</summary>
public static class NearestNames
{
    /// <summary><c>; did you mean a or b?</c> in the form that continues a message, or the list of all where none is near.</summary>
    public static string Hint(string name, IEnumerable<string> candidates)
    {
        string[] all = [.. candidates];
        string[] near = [.. all
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= Math.Max(2, pair.candidate.Length / 3)
                || (name.Length >= 3 && pair.candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(3).Select(pair => pair.candidate)];
        return (near.Length, all.Length) switch
        {
            (> 0, _) => $"; the nearest is {string.Join(" or ", near)}",
            (0, > 0 and <= 24) => $"; there are {string.Join(", ", all)}",
            _ => "",
        };
    }

    // Levenshtein's distance, with a swap of neighbours counted once, case ignored.
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                int best = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    best = Math.Min(best, cost[i - 2, j - 2] + 1);
                }

                cost[i, j] = best;
            }
        }

        return cost[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
