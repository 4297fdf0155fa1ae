using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using PasswordBoss.EntraConnector.Clients.Reports;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Module.Tests;
using PasswordBoss.EntraConnector.Report.Tests.Browser;

namespace PasswordBoss.EntraConnector.Report.Tests;

/// <summary>The report page in a browser without a network.</summary>
[Trait("Speed", "Slow")]
public sealed class ReportPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Hostile = "</script><script>window.broken=1</script><!--<script><img src=x onerror=\"window.broken=2\">\u2028'\"&amp;{{title}}${0}{0}";

    private readonly IReadOnlyList<ReportConnection> connections = Samples.Connections(40);

    [SkippableFact]
    public async Task The_page_opens_without_requests_and_errors()
    {
        await using var open = await OpenAsync();

        Assert.Equal("Password Boss sync report", await open.Page.TitleAsync());
        Assert.Equal(["40", "300", "2026-11-30 09:41", "UTC+01:00"],
        [
            await open.Page.Locator(".card .value").First.InnerTextAsync(), await open.Page.Locator("#kinds .chip b").First.InnerTextAsync(), await open.Page.Locator("#written").InnerTextAsync(),
            await open.Page.Locator("#zone").InnerTextAsync(),
        ]);
        Assert.Equal(25, (await open.ColumnAsync("connections", 1)).Length);
        Assert.Equal(25, (await open.ColumnAsync("changes", 1)).Length);
        Assert.True(await open.Page.Locator("#chart svg rect.k0").CountAsync() > 10);
        Assert.Empty(open.Faults);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_page_passes_axe(bool dark)
    {
        await using var open = await OpenAsync(dark);
        await open.Page.Locator("#days summary").ClickAsync();

        await PassesAxeAsync(open);

        await open.Page.Locator("#find-change").FillAsync("nothing has this");
        await PassesAxeAsync(open);
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task A_narrow_page_passes_axe_and_does_not_scroll_sideways()
    {
        await using var open = await OpenAsync();
        await open.Page.SetViewportSizeAsync(400, 800);

        await PassesAxeAsync(open);

        Assert.True(await open.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
    }

    [SkippableFact]
    public async Task Connections_that_need_attention_come_first_and_a_key_sorts_them()
    {
        await using var open = await OpenAsync();
        Assert.StartsWith("Not authorized", (await open.ColumnAsync("connections", 2))[0], StringComparison.Ordinal);

        await open.Page.Locator("#connections th button").First.FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");

        var names = (await open.ColumnAsync("connections", 1)).Select(cell => cell.Split('\n')[0]).ToArray();
        Assert.Equal(connections.Select(c => c.Name).Order(StringComparer.OrdinalIgnoreCase).Take(25), names);
        Assert.Equal("ascending", await open.Page.Locator("#connections th").First.GetAttributeAsync("aria-sort"));
        await open.Page.Keyboard.PressAsync("Space");
        Assert.Equal("descending", await open.Page.Locator("#connections th").First.GetAttributeAsync("aria-sort"));
        Assert.Equal(connections.Max(c => c.Name), (await open.ColumnAsync("connections", 1))[0].Split('\n')[0]);
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task Changes_are_filtered_by_keyboard_alone()
    {
        await using var open = await OpenAsync();
        await open.Page.Keyboard.PressAsync("Tab");
        await open.Page.Keyboard.PressAsync("Enter");
        await open.Page.Keyboard.PressAsync("Tab");
        // Accents and upper case do not matter.
        await open.Page.Keyboard.TypeAsync("SORENSEN password");

        var people = await open.ColumnAsync("changes", 4);
        Assert.NotEmpty(people);
        Assert.All(people, person => Assert.StartsWith("Freja S", person, StringComparison.Ordinal));
        Assert.Matches(@"^\d+ of 300 changes$", await open.Page.Locator("#changes .count").InnerTextAsync());

        await open.Page.Keyboard.PressAsync("Control+A");
        await open.Page.Keyboard.PressAsync("Delete");
        // The list of connections, "All", "Created".
        for (var i = 0; i < 3; i++)
            await open.Page.Keyboard.PressAsync("Tab");
        await open.Page.Keyboard.PressAsync("Space");
        Assert.All(await open.ColumnAsync("changes", 3), action => Assert.StartsWith("Create", action, StringComparison.Ordinal));
        Assert.Equal("true", await open.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-pressed')"));
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task The_pages_of_a_table_are_turned_and_the_focus_stays()
    {
        await using var open = await OpenAsync();
        var first = await open.ColumnAsync("changes", 1);
        var next = open.Page.Locator("#changes .pager button").Nth(2);

        await next.FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");

        Assert.NotEqual(first, await open.ColumnAsync("changes", 1));
        Assert.Equal("Page 2 of 12", await open.Page.Locator("#changes .pager span").InnerTextAsync());
        Assert.Equal("Next page", await open.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label')"));
        await open.Page.Locator("#changes .pager button").Nth(3).ClickAsync();
        await next.FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("Page 12 of 12", await open.Page.Locator("#changes .pager span").InnerTextAsync());
        Assert.Equal("true", await next.GetAttributeAsync("aria-disabled"));
        await open.Page.Locator("#changes .pager button").First.ClickAsync();
        Assert.Equal(first, await open.ColumnAsync("changes", 1));
    }

    [SkippableFact]
    public async Task A_day_and_a_connection_select_their_changes()
    {
        await using var open = await OpenAsync();
        await open.Page.Locator("#days summary").ClickAsync();
        var row = open.Page.Locator("#days tbody tr").First;
        var (day, total) = (await row.Locator("td").First.InnerTextAsync(), await row.Locator("td").Last.InnerTextAsync());

        await row.Locator("button").ClickAsync();

        Assert.All(await open.ColumnAsync("changes", 1), time => Assert.StartsWith(day, time, StringComparison.Ordinal));
        Assert.Equal(total + " of 300 changes", await open.Page.Locator("#changes .count").InnerTextAsync());
        var clear = open.Page.Locator(".chip.clear");
        Assert.Equal($"On {day} · Clear the filters", await clear.InnerTextAsync());
        await clear.ClickAsync();
        Assert.Equal("300 of 300 changes", await open.Page.Locator("#changes .count").InnerTextAsync());
        Assert.False(await clear.IsVisibleAsync());

        await open.Page.Locator("#find-connection").FillAsync("harbour trust 2");
        await open.Page.Locator("#connections .link").ClickAsync();

        Assert.All(await open.ColumnAsync("changes", 2), name => Assert.Equal("Harbour Trust 2", name));
    }

    [SkippableFact]
    public async Task A_hostile_text_is_shown_and_never_run()
    {
        var connection = connections[0] with { Name = Hostile, UserGroup = Hostile, Message = Hostile, Attention = Attention.Now, SecretExpires = Samples.Now };
        var change = Samples.Sample(0, Hostile, Samples.Now) with { Email = Hostile, DisplayName = Hostile, Group = Hostile, Reason = Hostile, Before = Hostile, After = Hostile, Message = Hostile };
        // A page about one connection has its name in the title.
        foreach (var shown in new[] { new[] { connection }, [connection, connections[1]] })
        {
            await using var open = await browser.OpenAsync(Samples.Write(NewPath(), shown, [change]));
            await open.Page.Locator("#find-change").FillAsync("</script>");

            Assert.Equal(1, await open.Page.Locator("#changes tbody tr").CountAsync());
            Assert.Equal(Hostile, await open.Page.Locator("#changes tbody .main").EvaluateAsync<string>("element => element.textContent"));
            Assert.Equal(Hostile, await open.Page.Locator("#connections tbody td").First.EvaluateAsync<string>("cell => cell.firstChild.textContent"));
            Assert.True(await open.Page.EvaluateAsync<bool>("window.broken === undefined && document.images.length === 0 && document.scripts.length === 3"));
            Assert.Empty(open.Faults);
        }
    }

    [SkippableFact]
    public async Task The_policy_blocks_an_added_script_and_a_request()
    {
        await using var open = await OpenAsync();

        await open.Page.EvaluateAsync(
            """
            const script = document.createElement('script');
            script.textContent = 'window.broken = 1';
            document.body.append(script);
            const image = new Image();
            image.src = 'https://example.com/x.png';
            """);

        Assert.True(await open.Page.EvaluateAsync<bool>("window.broken === undefined"));
        Assert.Contains(open.Faults, fault => fault.Contains("script-src", StringComparison.Ordinal));
        Assert.DoesNotContain(open.Faults, fault => fault.StartsWith("sent: ", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_list_that_is_not_complete_reports_it()
    {
        const int All = 100_250;
        await using var open = await browser.OpenAsync(Samples.Write(NewPath(), connections, Samples.Changes(connections, All)));

        Assert.Matches(@"^The list contains the newest 100,000 of 100,250 changes, from 2026-10-\d\d \d\d:\d\d on\.", await open.Page.Locator("#listed").InnerTextAsync());
        Assert.Equal("100,000 of 100,000 changes", await open.Page.Locator("#changes .count").InnerTextAsync());
        Assert.Equal(All, (await open.Page.Locator("#legend b").AllInnerTextsAsync()).Sum(text => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
    }

    [SkippableFact]
    public async Task A_report_without_changes_opens()
    {
        await using var open = await browser.OpenAsync(Samples.Write(NewPath(), [connections[0] with { SecretExpires = null, LastSync = null, LastOutcome = null, NextSync = null }], []));

        Assert.Equal("There are no changes in this period.", await open.Page.Locator("#changes tbody").InnerTextAsync());
        Assert.Equal("No expiry date is known.", await open.Page.Locator("#expiries-note").InnerTextAsync());
        await PassesAxeAsync(open);
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task Values_of_a_later_version_are_shown_as_not_known()
    {
        var connection = connections[0] with { Status = (ConnectorStatus)77, LastOutcome = (SyncOutcome)77 };
        var change = Samples.Sample(0, connection.Name, Samples.Now) with { Action = (SyncAction)77, Outcome = (ChangeOutcome)77 };
        await using var open = await browser.OpenAsync(Samples.Write(NewPath(), [connection, connections[1]], [change, Samples.Sample(1, connections[1].Name, Samples.Now)]));

        Assert.Contains("Not known", await open.ColumnAsync("connections", 2));
        Assert.Equal(["Not known"], (await open.ColumnAsync("changes", 3)).Take(1));
        await open.Page.Locator("#changes th button").Nth(2).ClickAsync();
        await open.Page.Locator("#find-change").FillAsync("anna");
        Assert.Equal("2 of 2 changes", await open.Page.Locator("#changes .count").InnerTextAsync());
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task A_report_of_no_connection_opens()
    {
        await using var open = await browser.OpenAsync(Samples.Write(NewPath(), [], []));

        Assert.Equal("0 of 0 connections", await open.Page.Locator("#connections .count").InnerTextAsync());
        await PassesAxeAsync(open);
        Assert.Empty(open.Faults);
    }

    // A typing error in -Since, and -Since ([datetime]::MinValue).
    [SkippableTheory]
    [InlineData(2027)]
    [InlineData(1)]
    public async Task A_period_of_the_future_or_since_ever_opens(int year)
    {
        var path = NewPath();
        using (var page = new ReportPage(path, overwrite: false, Samples.Elsewhere, Samples.Words))
            page.Complete(new ReportSummary { WrittenAt = Samples.Now, Since = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero), Connections = connections, Days = [] });
        await using var open = await browser.OpenAsync(path);

        Assert.Equal($"{year:D4}-01-01 to 2026-11-30", await open.Page.Locator("#period").InnerTextAsync());
        Assert.Equal("There are no changes in this period.", await open.Page.Locator("#changes tbody").InnerTextAsync());
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task The_language_is_the_one_of_the_words()
    {
        var words = Samples.Words.Words.ToDictionary(word => word.Key, word => "<" + word.Value + ">");
        await using var open = await browser.OpenAsync(Samples.Write(NewPath(), connections, Samples.Changes(connections, 3), new ReportWords("fr", words)));

        Assert.Equal("fr", await open.Page.Locator("html").GetAttributeAsync("lang"));
        var text = await open.Page.Locator("body").InnerTextAsync();
        // Every word of the page is one of the given words.
        Assert.Contains("<Connections>", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?<!<)\b(Connections|Written|Changes over time|Find a|Status|Why|Result|Created|Held back)\b", text);
        Assert.Empty(open.Faults);
    }

    [SkippableFact]
    public async Task A_printed_page_has_light_colours_all_connections_and_no_controls()
    {
        await using var open = await OpenAsync(dark: true);
        await open.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await open.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");

        Assert.Equal("rgb(255, 255, 255)", await open.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal(40, (await open.ColumnAsync("connections", 1)).Length);
        Assert.Equal(200, (await open.ColumnAsync("changes", 1)).Length);
        Assert.Equal("The first 200 of 300 rows are printed.", await open.Page.Locator("#changes .printed").InnerTextAsync());
        Assert.False(await open.Page.Locator("#find-change").IsVisibleAsync());
        Assert.False(await open.Page.Locator("#changes .pager").IsVisibleAsync());
        await open.Page.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        Assert.Equal(25, (await open.ColumnAsync("changes", 1)).Length);
    }

    [Fact]
    public void The_page_uses_every_word_and_no_other()
    {
        var folder = Path.Combine(Repository.Root, "src", "PasswordBoss.EntraConnector.Clients", "Reports", "Page");
        var used = Regex.Matches(File.ReadAllText(Path.Combine(folder, "report.html")), @"\{\{([a-zA-Z]+)\}\}").Select(match => match.Groups[1].Value)
            .Except(["policy", "style", "script", "language"])
            .Concat(Regex.Matches(File.ReadAllText(Path.Combine(folder, "report.js")), @"words\.([a-zA-Z]+)").Select(match => match.Groups[1].Value))
            // The script reads these by their name: the states of accounts, and the words of enumerations with their numbers.
            .Concat(["active", "pending", "disabled"]).Distinct().Order();

        Assert.Equal(Samples.Words.Words.Keys.Where(name => !char.IsAsciiDigit(name[^1])).Order(), used);
    }

    private Task<OpenPage> OpenAsync(bool dark = false) => browser.OpenAsync(Samples.Write(NewPath(), connections, Samples.Changes(connections, 300)), dark);

    private string NewPath() => Path.Combine(browser.Folder, Guid.NewGuid() + ".html");

    private static async Task PassesAxeAsync(OpenPage open)
    {
        var result = await open.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.True(result.Violations.Length == 0, string.Join("\n", result.Violations.Select(v => v.Id + ": " + string.Join(" | ", v.Nodes.Take(3).Select(node => node.Html)))));
    }
}
