namespace Compression.Experiments.Tests.Plots;

/// <summary>The report in a real browser that reaches no network.</summary>
public sealed class ReportPageTests
{
    private const string Pictures = "document.querySelectorAll('figure svg').length";

    private const string FirstTable = "document.querySelector('table.sorts')";

    [NeedsProgramFact(HeadlessBrowser.Program)]
    public void Tables_sort_pictures_show_and_the_console_stays_empty()
    {
        using var sandbox = new Sandbox();
        new SyntheticRun { Perplexities = [400, 200, 150] }.WriteTo(sandbox.At("runs", "dense"));
        new SyntheticRun { Compressor = "topk(ratio=0.01)+float32", Perplexities = [420, 180, 120] }.WriteTo(sandbox.At("runs", "topk"));
        new SyntheticRun { Compressor = "dense+sign", Perplexities = [500, 300, 210] }.WriteTo(sandbox.At("runs", "sign"));
        Assert.Equal(0, sandbox.Run(["report", "runs", "--out", "report.html"]).Code);

        using var browser = new HeadlessBrowser();
        browser.Open(sandbox.At("report.html"));

        Assert.True((int)browser.Evaluate(Pictures)! >= 5);
        Assert.True((bool)browser.Evaluate(
            "Array.from(document.querySelectorAll('figure svg')).every(s => s.getBoundingClientRect().width > 300 && s.getBoundingClientRect().height > 100)")!);
        Assert.True((bool)browser.Evaluate("document.documentElement.scrollWidth <= window.innerWidth")!);

        // The perplexities of the first table that has them, before and after its head is pressed.
        browser.Evaluate(
            $$"""
            const table = {{FirstTable}}, heads = Array.from(table.tHead.rows[0].cells);
            const column = heads.findIndex(head => /perplexity/i.test(head.textContent));
            const values = () => Array.from(table.tBodies[0].rows, row => Number(row.cells[column].dataset.value));
            const press = () => heads[column].querySelector('button').click();
            """);
        Assert.True((int)browser.Evaluate("column")! >= 0);
        browser.Evaluate("press()");
        double[] ascending = Values();
        Assert.Equal(3, ascending.Length);
        Assert.Equal(ascending.Order(), ascending);
        browser.Evaluate("press()");
        Assert.Equal(ascending.Reverse(), Values());

        byte[] picture = browser.Screenshot();
        Assert.True(picture.Length > 20_000);
        Assert.Empty(browser.Complaints);

        double[] Values() => [.. browser.Evaluate("values()")!.AsArray().Select(value => (double)value!)];
    }
}
