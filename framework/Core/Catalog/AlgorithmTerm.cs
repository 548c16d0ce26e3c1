using Compression.Core.Reporting;

namespace Compression.Core.Catalog;

/// <summary>One term of the composition syntax <c>name(option=value,...)+name...</c>.</summary>
/// <param name="Name">The algorithm's name.</param>
/// <param name="Arguments">What stands in its parentheses, in order.</param>
public sealed record AlgorithmTerm(string Name, IReadOnlyList<KeyValuePair<string, string>> Arguments)
{
    /// <summary>Splits <c>topk(ratio=0.001)+sign</c> into its terms.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="shownAs">The option that it is the value of, for messages.</param>
    /// <exception cref="UserErrorException">Unbalanced parentheses, an empty term, an argument without <c>=</c> or given twice.</exception>
    public static IReadOnlyList<AlgorithmTerm> Parse(string text, string shownAs)
    {
        var terms = new List<AlgorithmTerm>();
        foreach (string part in SplitTerms(text))
        {
            string term = part.Trim();
            int open = term.IndexOf('(', StringComparison.Ordinal);
            string name = (open < 0 ? term : term[..open]).Trim();
            if (name.Length == 0 || name.Contains(')', StringComparison.Ordinal) || (open >= 0 && (!term.EndsWith(')') || term.IndexOf(')') != term.Length - 1)))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"{shownAs} '{text}': cannot be read; write name, name(option=value,...) or several joined by '+'.");
            }

            var arguments = open < 0 ? [] : ParseArguments(term[(open + 1)..^1], text, shownAs);
            terms.Add(new AlgorithmTerm(name, arguments));
        }

        return terms;
    }

    // A plus sign within parentheses belongs to a number.
    private static IEnumerable<string> SplitTerms(string text)
    {
        int start = 0, depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (text[i] == '+' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static List<KeyValuePair<string, string>> ParseArguments(string list, string text, string shownAs)
    {
        var arguments = new List<KeyValuePair<string, string>>();
        foreach (string argument in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals].Trim();
            if (equals <= 0 || arguments.Any(pair => pair.Key == name))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"{shownAs} '{text}': '{argument}' {(equals <= 0 ? "must be option=value" : "is given twice")}.");
            }

            arguments.Add(KeyValuePair.Create(name, argument[(equals + 1)..].Trim()));
        }

        return arguments;
    }
}
