using System;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.SandboxHost;

/// <summary>Lets one sandbox be the server of many tenants, some of which fail.</summary>
public static partial class ManyTenants
{
    /// <summary>
    /// A fault for <see cref="SandboxServer.Fault"/>. The sandbox answers for every tenant id, because a store has one connection for each tenant and address. A request
    /// for a group whose id begins with <c>fa17</c> and four digits fails with the status of these digits.
    /// </summary>
    /// <param name="request">The request.</param>
    public static HttpResponseMessage? Answer(HttpRequestMessage request)
    {
        var address = request.RequestUri!.AbsoluteUri;
        if (FailingGroup().Match(address) is { Success: true } group)
            return Failure((HttpStatusCode)int.Parse(group.Groups["status"].ValueSpan, CultureInfo.InvariantCulture));
        request.RequestUri = new Uri(TenantInPath().Replace(address, "${root}" + SandboxCredentials.TenantId + "/"));
        return null;
    }

    private static HttpResponseMessage Failure(HttpStatusCode status)
    {
        var answer = new HttpResponseMessage(status)
        {
            Content = new StringContent("""{"error":{"code":"SandboxFailure","message":"This group always fails."}}""", MediaTypeHeaderValue.Parse("application/json")),
        };
        // Longer than a client waits.
        if (status == HttpStatusCode.TooManyRequests)
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromMinutes(5));
        return answer;
    }

    [GeneratedRegex("^(?<root>https://[^/]+/)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex TenantInPath();

    [GeneratedRegex("fa17(?<status>[0-9]{4})-", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex FailingGroup();
}
