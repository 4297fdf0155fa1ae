using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>The difference between this machine's clock and the time in Graph's responses.</summary>
public sealed class GraphClockTests : IAsyncLifetime
{
    private EntraDouble entra = null!;
    private GraphDirectoryReader reader = null!;
    private string group = "";

    public async Task InitializeAsync()
    {
        entra = await EntraDouble.StartAsync();
        group = entra.AddGroup("A");
        reader = entra.Open();
    }

    public async Task DisposeAsync()
    {
        reader.Dispose();
        await entra.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-10)]
    [InlineData(525600)]
    [InlineData(-525600)]
    public async Task The_clock_difference_comes_from_the_last_response(int minutesAhead)
    {
        Assert.Null(reader.GraphClockDifference);
        Ahead(TimeSpan.FromMinutes(minutesAhead));

        await reader.FindGroupsAsync(group, default);

        AssertAhead(TimeSpan.FromMinutes(minutesAhead), reader);
        Ahead(TimeSpan.FromMinutes(3));
        await reader.FindGroupsAsync(group, default);
        AssertAhead(TimeSpan.FromMinutes(3), reader);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_response_of_any_status_sets_the_clock_difference(int status)
    {
        entra.OnGraph = c =>
        {
            Date(c, TimeSpan.FromMinutes(7));
            return EntraDouble.RefuseAsync(c, status, "code");
        };

        try
        {
            await reader.FindGroupsAsync(Guid.NewGuid().ToString(), default);
        }
        catch (ConnectorException)
        {
        }

        AssertAhead(TimeSpan.FromMinutes(7), reader);
    }

    [Fact]
    public async Task The_outer_response_of_a_batch_sets_the_clock_difference()
    {
        var ann = entra.AddUser("ann");
        Ahead(TimeSpan.FromMinutes(-12));
        entra.OnResponses = all =>
        {
            foreach (var answer in all)
                answer!["headers"]!["Date"] = DateTimeOffset.UtcNow.AddDays(3).ToString("R");
        };

        await reader.LookUpUsersAsync([(string)ann["id"]!], [group], default);

        AssertAhead(TimeSpan.FromMinutes(-12), reader);
    }

    [Fact]
    public async Task The_clock_of_the_sign_in_host_is_separate()
    {
        entra.OnSignIn = (c, _) =>
        {
            Date(c, TimeSpan.FromHours(5));
            return Task.FromResult(false);
        };
        await reader.SignInAsync(default);
        Assert.Null(reader.GraphClockDifference);

        await reader.FindGroupsAsync(group, default);

        AssertAhead(TimeSpan.Zero, reader);
        Assert.InRange(reader.ClockDifference!.Value, TimeSpan.FromHours(4.9), TimeSpan.FromHours(5.1));
    }

    [Theory]
    [InlineData("Date", "")]
    [InlineData("Date", "yesterday")]
    [InlineData("Date", "Mon, 99 Jan 2024 25:61:61 GMT")]
    [InlineData("Date", "1700000000")]
    [InlineData("Age", "61")]
    [InlineData("Age", "86400")]
    [InlineData("Age", "99999999999999999999")]
    [InlineData("Age", "-1")]
    [InlineData("Age", "long ago")]
    [InlineData("Content-Type", "text/html")]
    public async Task A_response_without_the_Graph_time_keeps_the_previous_difference(string header, string value)
    {
        AnswerWith(header, value);
        await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(group, default));
        Assert.Null(reader.GraphClockDifference);

        Ahead(TimeSpan.FromMinutes(20));
        await reader.FindGroupsAsync(group, default);
        AnswerWith(header, value);
        await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(group, default));

        AssertAhead(TimeSpan.FromMinutes(20), reader);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("60")]
    public async Task A_response_with_a_small_Age_header_sets_the_clock_difference(string age)
    {
        entra.OnGraph = c =>
        {
            Date(c, TimeSpan.FromMinutes(4));
            c.Response.Headers.Age = age;
            return Task.FromResult(false);
        };

        await reader.FindGroupsAsync(group, default);

        AssertAhead(TimeSpan.FromMinutes(4), reader);
    }

    [Fact]
    public async Task A_missing_Date_header_or_response_keeps_the_clock_difference()
    {
        using var network = new WithoutDate { IsOff = true };
        using var other = TestConnections.OpenReader(entra.Connection, new ConnectionSecrets { ClientSecret = EntraDouble.Secret }, network);
        network.IsOff = false;
        await other.FindGroupsAsync(group, default);
        Assert.Null(other.GraphClockDifference);
        network.IsOff = true;
        Ahead(TimeSpan.FromMinutes(30));
        await other.FindGroupsAsync(group, default);

        network.IsOff = false;
        Ahead(TimeSpan.Zero);
        await other.FindGroupsAsync(group, default);
        AssertAhead(TimeSpan.FromMinutes(30), other);

        network.IsOff = true;
        entra.OnGraph = async c =>
        {
            await LoopbackServer.ResetAsync(c);
            return true;
        };
        await Assert.ThrowsAsync<ConnectorException>(() => other.FindGroupsAsync(group, default));
        AssertAhead(TimeSpan.FromMinutes(30), other);
    }

    private void Ahead(TimeSpan difference) => entra.OnGraph = c =>
    {
        Date(c, difference);
        return Task.FromResult(false);
    };

    private void AnswerWith(string header, string value) => entra.OnGraph = async c =>
    {
        Date(c, TimeSpan.FromMinutes(45));
        if (header != "Content-Type")
            c.Response.Headers[header] = value;
        if (header == "Content-Type")
            await LoopbackServer.HtmlAsync(c, 403);
        else
            await EntraDouble.RefuseAsync(c, 403, "code");
        return true;
    };

    private static void Date(HttpContext context, TimeSpan machineAhead) => context.Response.Headers.Date = (DateTimeOffset.UtcNow - machineAhead).ToString("R");

    private static void AssertAhead(TimeSpan expected, GraphDirectoryReader of) =>
        Assert.InRange(of.GraphClockDifference!.Value, expected - TimeSpan.FromSeconds(30), expected + TimeSpan.FromSeconds(30));

    /// <summary>Removes the header from every response, because the servers of these tests always send it.</summary>
    private sealed class WithoutDate() : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsOff { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!IsOff)
                response.Headers.Date = null;
            return response;
        }
    }
}
