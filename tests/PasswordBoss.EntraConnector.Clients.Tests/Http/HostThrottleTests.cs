using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

public sealed class HostThrottleTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_throttled_host_gets_no_request_until_the_wait_is_over()
    {
        var throttle = new HostThrottle(TestConnections.Fast with { Time = time });
        using var request = new HttpRequestMessage();
        using var refusal = HostThrottle.Refusal(request, TimeSpan.FromSeconds(60));
        throttle.RecordWait(refusal);

        var waiting = throttle.WaitAsync(default);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, await waiting);
        Assert.True(throttle.WaitAsync(default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_wait_longer_than_the_limit_is_reported_at_once()
    {
        var throttle = new HostThrottle(TestConnections.Fast with { Time = time });
        using var request = new HttpRequestMessage();
        using var refusal = HostThrottle.Refusal(request, TimeSpan.FromHours(1));
        throttle.RecordWait(refusal);

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TimeSpan.FromMinutes(50), await throttle.WaitAsync(default));
    }

    [Fact]
    public void A_retry_date_without_a_Date_header_uses_the_local_clock() => Assert.Equal(
        TimeSpan.FromSeconds(7), RetryPolicies.RetryAfter(new RetryConditionHeaderValue(time.GetUtcNow().AddSeconds(7)), null, time));
}
