// The server has ended, or was out of reach for too long.
document.getElementById("verdict").textContent =
  "The lab has ended: start it again, and open the address that it prints."
