# How every panel looks.
reset
set border 3 lw 0.7 lc rgb "#555555"
set tics nomirror scale 0.5
set grid xtics ytics lt 1 lw 0.5 lc rgb "#dddddd"
set key below center vertical maxcols 1 Left reverse samplen 2
set tmargin 3
set rmargin 3
