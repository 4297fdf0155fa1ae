using System;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Playwright;
using PasswordBoss.EntraConnector.Module.Tests;
using PasswordBoss.EntraConnector.Report.Tests.Browser;

namespace PasswordBoss.EntraConnector.Report.Tests;

/// <summary>Redraws the pictures of the documentation, with <c>PBENTRA_TEST_RENEW_GOLDEN=1</c>.</summary>
[Trait("Speed", "Slow")]
public sealed class PictureTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [SkippableTheory]
    [InlineData("report-light.png", false)]
    [InlineData("report-dark.png", true)]
    public async Task A_picture_of_the_page(string name, bool dark)
    {
        await using var open = await OpenAsync(dark);
        await open.Page.SetViewportSizeAsync(1280, 1240);
        await open.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Images(), name) });
    }

    [SkippableFact]
    public async Task A_picture_of_the_first_printed_page()
    {
        await using var open = await OpenAsync(dark: true);
        await open.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        // A4 landscape without its margins, at 96 dots per inch.
        await open.Page.SetViewportSizeAsync(1032, 703);
        await open.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        await open.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Images(), "report-print.png") });
    }

    private Task<OpenPage> OpenAsync(bool dark)
    {
        Skip.If(Environment.GetEnvironmentVariable("PBENTRA_TEST_RENEW_GOLDEN") != "1", "The pictures are drawn only when they are renewed.");
        var connections = Samples.Connections(12);
        return browser.OpenAsync(Samples.Write(Path.Combine(browser.Folder, Guid.NewGuid() + ".html"), connections, Samples.Changes(connections, 620)), dark);
    }

    private static string Images() => Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "images")).FullName;
}
