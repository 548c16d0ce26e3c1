using System.Diagnostics;

namespace Compression.Experiments.Tests.Plots;

/// <summary>The page's script in a JavaScript engine, with the few members of the document that it uses.</summary>
public sealed class ReportScriptTests
{
    // Two columns: numbers (one missing, one that text would order otherwise) and texts with numbers in them.
    private const string Document = """
        const button = () => ({ press: null, addEventListener(kind, action) { this.press = action; } });
        const head = () => { const state = { "aria-sort": "none" }, own = button(); return { state, own,
          getAttribute: name => state[name], setAttribute: (name, value) => { state[name] = value; }, querySelector: () => own }; };
        const row = (number, text) => ({ cells: [{ dataset: { value: number }, textContent: number }, { dataset: {}, textContent: text }] });
        const body = { rows: [row("10", "run2"), row("NaN", "run10"), row("9", "Run1")], append(...rows) { this.rows = rows; } };
        const heads = [head(), head()];
        globalThis.document = { querySelectorAll: () => [{ tHead: { rows: [{ cells: heads }] }, tBodies: [body] }] };
        const say = () => console.log(body.rows.map(r => r.cells[0].textContent).join(" ") + " " + heads.map(h => h.state["aria-sort"]).join(" "));

        """;

    [NeedsProgramFact("node")]
    public void Heads_sort_by_number_or_text_both_ways_and_missing_numbers_stay_last()
    {
        using var sandbox = new Sandbox();
        using var asset = new StreamReader(typeof(Cli.CommandLine).Assembly.GetManifestResourceStream("report.js")!);
        File.WriteAllText(
            sandbox.At("page.js"), Document + asset.ReadToEnd() + "for (const h of [heads[0], heads[0], heads[1], heads[1]]) { h.own.press(); say(); }\n");

        using var node = Process.Start(new ProcessStartInfo("node", [sandbox.At("page.js")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string[] lines = node.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string errors = node.StandardError.ReadToEnd();
        node.WaitForExit();

        Assert.Equal("", errors);
        Assert.Equal(
            ["9 10 NaN ascending none", "10 9 NaN descending none", "9 10 NaN none ascending", "NaN 10 9 none descending"], lines);
    }
}
