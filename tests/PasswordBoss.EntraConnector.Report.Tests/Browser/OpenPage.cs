using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Playwright;

namespace PasswordBoss.EntraConnector.Report.Tests.Browser;

/// <summary>A report page in the browser, with everything that it should not do.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> faults = new();

    private OpenPage(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Requests, errors, dialogs and violations of the content security policy.</summary>
    public string[] Faults => faults.ToArray();

    /// <summary>Opens an address and waits for the page's script.</summary>
    /// <param name="context">The context of the browser.</param>
    /// <param name="address">The address of the file.</param>
    public static async Task<OpenPage> OpenAsync(IBrowserContext context, string address)
    {
        var open = new OpenPage(context, await context.NewPageAsync());
        await context.RouteAsync("**/*", route =>
        {
            if (route.Request.Url == address)
                return route.ContinueAsync();
            open.faults.Enqueue("sent: " + route.Request.Url);
            return route.AbortAsync();
        });
        open.Page.Request += (_, request) =>
        {
            if (request.Url != address && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                open.faults.Enqueue("request: " + request.Url);
        };
        open.Page.PageError += (_, error) => open.faults.Enqueue("error: " + error);
        open.Page.Console += (_, message) => open.faults.Enqueue("console: " + message.Text);
        open.Page.Dialog += (_, dialog) =>
        {
            open.faults.Enqueue("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
        await open.Page.GotoAsync(address);
        await open.Page.WaitForFunctionAsync("document.documentElement.dataset.ready === 'true'");
        return open;
    }

    /// <summary>The texts of a column of one of the tables, as they are drawn.</summary>
    /// <param name="table">The id of its section.</param>
    /// <param name="column">The column, from 1.</param>
    public async Task<string[]> ColumnAsync(string table, int column) =>
        (await Page.Locator($"#{table} tbody tr td:nth-child({column})").AllInnerTextsAsync()).Select(text => text.Trim()).ToArray();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => context.DisposeAsync();
}
