using System;
using System.Globalization;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>Responses that are not those of the server, but of a proxy, a broken connection or another host.</summary>
internal static class BrokenResponse
{
    /// <summary>Sends a response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The name of the response.</param>
    /// <param name="beginning">What arrives of a response that is cut off.</param>
    /// <returns>False if no response has this name.</returns>
    public static async Task<bool> TrySendAsync(HttpContext context, string name, string beginning)
    {
        switch (name)
        {
            case "html":
                await LoopbackServer.HtmlAsync(context);
                return true;
            case { } page when page.StartsWith("html-", StringComparison.Ordinal):
                await LoopbackServer.HtmlAsync(context, int.Parse(page.AsSpan(5), CultureInfo.InvariantCulture));
                return true;
            case "truncate":
                await LoopbackServer.TruncateAsync(context, beginning, 5000);
                return true;
            case "reset":
                await LoopbackServer.ResetAsync(context);
                return true;
            case "empty":
                context.Response.StatusCode = 204;
                return true;
            case "empty-200":
                return true;
            case "redirect-away":
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = "https://evil.example/";
                return true;
            case "redirect-here":
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = context.Request.Path.Value;
                return true;
            default:
                return false;
        }
    }
}
