using System;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Playwright;

namespace PasswordBoss.EntraConnector.Report.Tests.Browser;

/// <summary>One browser for the tests of a class; none if the machine has no Chromium.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private Chromium? chromium;

    /// <summary>The folder of the pages.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("pbentra-report-").FullName;

    /// <summary>Starts the browser.</summary>
    public async Task InitializeAsync() => chromium = Chromium.Program is null ? null : await Chromium.StartAsync();

    /// <summary>Closes the browser.</summary>
    public async Task DisposeAsync()
    {
        if (chromium is not null)
            await chromium.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Opens a page of a file. It fails any request except the one for the file itself. Skips the test if the machine has no Chromium.</summary>
    /// <param name="file">The file.</param>
    /// <param name="dark">Whether the user prefers dark colours.</param>
    public async Task<OpenPage> OpenAsync(string file, bool dark = false)
    {
        Skip.If(chromium is null, "This machine has no Chromium.");
        var context = await chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = 1360, Height = 900 },
            // The page must not depend on the zone and the language of the browser.
            TimezoneId = "Pacific/Auckland",
            Locale = "ar-EG",
        });
        var page = await OpenPage.OpenAsync(context, new Uri(file).AbsoluteUri);
        return page;
    }
}
