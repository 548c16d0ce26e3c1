namespace Compression.Experiments.Cli;

/// <summary>Help, set for <see cref="Width"/> columns.</summary>
internal static class HelpText
{
    /// <summary>Longest line.</summary>
    public const int Width = 100;

    private const int NameColumn = 24;

    /// <summary>All verbs, then the options of the first, which needs no name.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="verbs">Those of the program.</param>
    /// <param name="builds">Whether run.sh builds the program here, and so has verbs of its own.</param>
    public static void Overview(TextWriter output, IReadOnlyList<Verb> verbs, bool builds)
    {
        output.WriteLine("Trains language models with compressed gradients, and measures what it costs and what it buys.");
        output.WriteLine();
        output.WriteLine("Usage: ./run.sh [VERB] OPTIONS     without a verb: " + verbs[0].Name);
        output.WriteLine();
        foreach (var verb in verbs)
        {
            Row(output, verb.Name, verb.Summary);
        }

        if (builds)
        {
            Row(output, "test [FILTER]", "build and run all tests");
            Row(output, "prepare [PACKAGE...]", "build, and install mpich or iproute2 before a command asks for them");
            Row(output, "publish --out DIR", "make a folder that runs where neither SDK nor packages are");
        }

        output.WriteLine();
        output.WriteLine("./run.sh VERB --help shows a verb's options. Exit codes: 0 done, 1 failed, 2 usage, 3 environment,");
        output.WriteLine("4 non-finite loss, 5 damaged checkpoint, 6 communication, 7 sweep partly failed, 130/143 signals.");
        output.WriteLine();
        Of(output, verbs[0]);
    }

    /// <summary>One verb: what it does, its options by group, examples.</summary>
    public static void Of(TextWriter output, Verb verb)
    {
        string operand = (verb.Operands ?? verb.Operand) is { } name ? $" {name.ToUpperInvariant()}" : "";
        output.WriteLine($"./run.sh {verb.Name}{operand}{(verb.Options.Count > 0 ? " OPTIONS" : "")}{(verb.PassesOn ? " -- COMMAND" : "")}");
        Wrap(output, verb.Summary + ".", indent: 2, startsAt: 0);
        foreach (var group in verb.Options.Where(option => !option.IsRefused).GroupBy(option => option.Group))
        {
            output.WriteLine();
            output.WriteLine(group.Key + ":");
            foreach (var option in group)
            {
                string range = option.Range.Length > 0 ? $"; {option.Range}" : "";
                string standard = option.Default.Length > 0 ? $" [{option.Default}]" : "";
                string others = option.Aliases.Count > 0 ? $" (also {string.Join(", ", option.Aliases.Select(name => "--" + name))})" : "";
                Row(output, "--" + option.Name, option.Description + range + standard + others);
            }
        }

        if (verb.Examples.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach (string example in verb.Examples)
            {
                output.WriteLine($"  ./run.sh {example}".TrimEnd());
            }
        }
    }

    private static void Row(TextWriter output, string name, string text)
    {
        output.Write("  " + name.PadRight(NameColumn - 2));
        int start = name.Length + 2;
        if (start >= NameColumn)
        {
            output.WriteLine();
            start = 0;
        }

        Wrap(output, text, NameColumn, Math.Min(start, NameColumn) == 0 ? 0 : NameColumn);
    }

    // A list of choices may be longer than a line.
    private static IEnumerable<string> Parts(string word, int longest)
    {
        while (word.Length > longest && word.LastIndexOf('|', longest - 1) is > 0 and var end)
        {
            yield return word[..(end + 1)];
            word = word[(end + 1)..];
        }

        yield return word;
    }

    /// <summary>Breaks between words; the first line goes on at column <paramref name="startsAt"/>.</summary>
    private static void Wrap(TextWriter output, string text, int indent, int startsAt)
    {
        int column = startsAt;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => Parts(word, Width - indent)))
        {
            if (column > indent && column + 1 + word.Length > Width)
            {
                output.WriteLine();
                column = 0;
            }

            if (column < indent)
            {
                output.Write(new string(' ', indent - column));
                column = indent;
            }
            else if (column > indent)
            {
                output.Write(' ');
                column++;
            }

            output.Write(word);
            column += word.Length;
        }

        output.WriteLine();
    }
}
